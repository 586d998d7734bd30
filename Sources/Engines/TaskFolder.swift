import Files
import Formats
import Foundation
import Glibc
import Kernels
import Operators
import PlainText
import Tensors
import Workloads

/// A folder with a task for engines: the text, inputs and weights as `.npy`, and the outputs that engines write there. It
/// goes with this value.
public final class TaskFolder {
  /// Where it is.
  public let path: String
  private let outputs: [TensorType]

  /// Writes a task.
  /// - Parameters:
  ///   - parent: a folder that is there.
  ///   - inputs: one tensor of single precision for each of the workload's inputs.
  ///   - weights: by the names that the workload's operator gives them.
  /// - Throws: `UnspeakableTask`, `OperatorError`, `FolderError`.
  public init(
    in parent: String, _ workload: Workload, inputs: [any AnyTensor], weights: Weights<Float>
  ) throws {
    let text = try TaskText(workload)
    path = try TaskFolder.make(in: parent)
    outputs = workload.outputs
    do {
      try write(TaskText.name, Array(text.description.utf8))
      for (index, input) in inputs.enumerated() {
        try write(TaskText.input(index), NPY.head(of: input.shape), input.memory)
      }
      for (index, name) in text.weights.enumerated() {
        let tensor = try weights[name]
        try write(TaskText.weight(index), NPY.head(of: tensor.shape), tensor.memory)
      }
    } catch {
      remove()
      throw error
    }
  }

  deinit { remove() }

  private func remove() { try? FileManager.default.removeItem(atPath: path) }

  /// Makes a folder whose name nobody can foresee, for this user only.
  /// - Throws: `FolderError`.
  public static func make(in parent: String) throws(FolderError) -> String {
    var name = Array("\(parent)/cbambench-XXXXXX".utf8CString)
    let isMade = name.withUnsafeMutableBufferPointer { mkdtemp($0.baseAddress!) != nil }
    guard isMade else { throw FolderError(path: parent, number: errno) }
    return name.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
  }

  private func write(
    _ name: String, _ head: [UInt8], _ elements: UnsafeRawBufferPointer = .init(start: nil, count: 0)
  ) throws(FolderError) {
    let file = open("\(path)/\(name)", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw FolderError(path: path, number: errno) }
    let isWritten = writeAll(head, to: file) && writeAll(elements, to: file)
    let number = errno
    guard close(file) == 0, isWritten else {
      throw FolderError(path: path, number: isWritten ? errno : number)
    }
  }

  /// Removes what an engine may have written before.
  func clear() {
    for index in outputs.indices { unlink("\(path)/\(TaskText.output(index))") }
  }

  /// What an engine has written.
  /// - Throws: `StrangeOutput` if a file is missing or not what was asked for, `MemoryError`.
  func read() throws -> [any AnyTensor] {
    try outputs.enumerated().map { index, type in
      let name = TaskText.output(index)
      func error(_ reason: String) -> StrangeOutput { StrangeOutput(description: "its \(name) \(reason)") }
      var status = stat()
      guard lstat("\(path)/\(name)", &status) == 0 else { throw error("is missing") }
      // Nothing else may lie there: a pipe would never end.
      guard status.st_mode & S_IFMT == S_IFREG else { throw error("is not a regular file") }
      let most = type.bytes + TaskFolder.longestHead
      let array: NPY
      do {
        array = try NPY(InputFile.bytes("\(path)/\(name)", expected: "an array", atMost: most))
      } catch let problem as FormatError { throw error("\(problem)") } catch {
        throw StrangeOutput(description: "its \(name) has more than \(most) bytes or cannot be read")
      }
      guard array.shape == type.shape else {
        throw error("has shape \(array.shape); expected \(type.shape)")
      }
      let tensor = try Tensor<Float>(type.shape)
      tensor.assign(array.elements)
      return tensor
    }
  }

  /// Bytes before the elements: more than numpy writes for any shape.
  private static let longestHead = 4096
}

/// A folder that could not be made or filled.
public struct FolderError: Error, CustomStringConvertible {
  /// The folder, or where it was to be.
  public let path: String
  /// As `errno` has it.
  public let number: Int32
  /// One clause.
  public var description: String {
    "\(path.shownPath) cannot be written: \(String(cString: strerror(number)))"
  }
}

/// Outputs of an engine that are not what was asked for.
struct StrangeOutput: Error, CustomStringConvertible {
  let description: String
}
