import Foundation

/// Paths for links.
enum RelativePath {
  /// How a file is reached from a folder, as an address: `../profiles/a.svg`; "" is the working directory.
  static func address(of file: String, from folder: String) -> String {
    func parts(_ path: String) -> [String] {
      URL(fileURLWithPath: path.isEmpty ? "." : path).standardizedFileURL.pathComponents
    }
    let (there, here) = (parts(file), parts(folder))
    let shared = zip(there, here).prefix { $0 == $1 }.count
    let steps = here.dropFirst(shared).map { _ in ".." } + there.dropFirst(shared)
    // Brackets would end a link of Markdown.
    let allowed = CharacterSet.urlPathAllowed.subtracting(CharacterSet(charactersIn: "()[]:"))
    return steps.map { $0.addingPercentEncoding(withAllowedCharacters: allowed) ?? $0 }.joined(separator: "/")
  }
}
