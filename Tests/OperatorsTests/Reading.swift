import Operators
import Tensors
import Testing

/// Reads `out=64,k=3` as the values of one operator, as the command line does.
func read<T: Spelled>(_ type: T.Type, _ text: String) throws(OperatorError) -> T {
  var attributes = try Attributes(Substring(text), of: T.keyword)
  let result = try T(&attributes)
  try attributes.finish()
  return result
}

/// The values after the colon of an operator's text.
func values(_ op: some Operator) -> String {
  op.text == op.keyword ? "" : String(op.text.dropFirst(op.keyword.count + 1))
}

/// What an error says; nil where there is none.
func message<T>(_ body: () throws(OperatorError) -> T) -> String? {
  do {
    _ = try body()
    return nil
  } catch {
    return error.description
  }
}
