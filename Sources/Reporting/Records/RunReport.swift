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
    // Layers that are missing have no row, and a sum would pass for the whole.
    let summed = isComplete ? records : []
    return Report(
      table: { table.console(width: $0) + NetworkEstimate.text(summed) },
      markdown: table.markdown + NetworkEstimate.markdown(summed),
      files: Listing(records, RecordColumn.all.map(\.column)))
  }
}
