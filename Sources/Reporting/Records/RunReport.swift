import Records

/// Records of a run with the estimates of networks.
public enum RunReport {
  /// Names that `columns` of a report may have.
  public static var columnNames: [String] { Listing.names(RunTable.columns) }

  /// - Parameters:
  ///   - names: columns to show; nil: the usual ones.
  ///   - isComplete: whether no workload is missing.
  public static func report(_ records: [Record], columns names: [String]?, isComplete: Bool) -> Report {
    let table = RunTable.table(records, columns: names)
    let steps = names == nil ? TrainingTable.table(records) : nil
    // Layers that are missing have no row, and a sum would pass for the whole.
    let summed = isComplete ? records : []
    return Report(
      table: { width in
        table.console(width: width) + NetworkEstimate.text(summed)
          + (steps.map { "\n" + $0.console(width: width) } ?? "")
      },
      markdown: table.markdown + NetworkEstimate.markdown(summed) + (steps.map { "\n" + $0.markdown } ?? ""),
      files: Listing(records, RecordColumn.all.map(\.column)))
  }
}
