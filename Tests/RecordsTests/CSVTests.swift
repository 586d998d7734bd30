import Foundation
import Records
import Testing

@Suite struct CSVTests {
  @Test func headerIsAsPromised() {
    let promised = """
      suite,workload,operator,input_shape,output_shape,kernel,isa,threads,cache,status,reason,parameters,macs,flops,\
      bytes,workspace_bytes,allocations_per_call,rounds,samples,median_ms,mad_ms,min_ms,p95_ms,ci_low_ms,ci_high_ms,\
      gflops,gbps,intensity,roof_gflops,roof_fraction,speedup_vs_reference,speedup_vs_1_thread,efficiency,max_error,\
      error_bound,seed,machine,revision,started,workload_text,requested_kernel,macs_inside,prepare_ms,cpu_ms,\
      oversubscribed,compiler,load,multiplicity,memory_bytes,fingerprint,data,pass,images_per_second,\
      forward_ms,loss_ms,backward_ms,update_ms,packing_ms,peak_activation_bytes,losses
      """
    #expect(CSV.text([]) == promised + "\n")
  }

  @Test func recordsSurviveTheRoundTrip() throws {
    var record = Record()
    record.workload = "a \"quoted\", name\nwith a break, π"
    record.workloadText = "relu@1x1x1x1"
    record.threads = 2
    record.medianMs = 0.1 + 0.2
    record.maxError = 1e-9
    record.multiplicity = 4
    #expect(try CSV.records(CSV.text([record, Record()])) == [record, Record()])
    let unix = CSV.text([record])
    let lines = unix.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")
    #expect(try CSV.records(lines).first?.threads == 2)
  }

  /// Names act on no terminal and no spreadsheet, and come back as they were.
  @Test(arguments: [
    "=1+1", "+1", "-1", "@A1", "\t=1", "\u{1B}[31m", "\u{202E}a", "\u{0}", "a\r\nb", "\\u{1B}", "\u{FFFF}",
    "\u{E0041}",
  ])
  func namesAreInert(name: String) throws {
    var record = Record()
    (record.workload, record.reason, record.workloadText) = (name, name, "relu@1x1x1x1")
    let text = CSV.text([record])
    #expect(try CSV.records(text) == [record])
    let scalars =
      text.unicodeScalars.filter { $0 != "\n" } + JSON.text([record]).unicodeScalars.filter { $0 != "\n" }
    #expect(scalars.allSatisfy { $0.value >= 32 && ![0x202E, 0xFFFF, 0xE0041].contains($0.value) })
    #expect(text.split(separator: ",").allSatisfy { !"=+-@".contains($0.first ?? " ") })
    let json = try JSONSerialization.jsonObject(with: Data(JSON.text([record]).utf8)) as? [[String: Any]]
    #expect(json?[0]["workload"] as? String == name)
  }

  @Test func whatIsNotFiniteIsEmpty() throws {
    var record = Record()
    (record.gflops, record.gbps) = (.nan, .infinity)
    let back = try CSV.records(CSV.text([record]))
    #expect(back[0].gflops == nil && back[0].gbps == nil)
    #expect(!CSV.text([record]).contains("nan") && !JSON.text([record]).contains("inf"))
  }

  @Test(arguments: [
    ("", "line 1"), ("a,b\n1,2\n", "no column 'workload'"), ("workload,threads\nx\n", "line 2: 1 fields"),
    ("workload,threads,workload\n", "line 1: column 'workload' appears twice"),
    ("workload,threads\nx,two\n", "'two' in column 'threads'"), ("workload\n\"x\n", "not closed"),
    ("workload\n\"x\"y\n", "after a closing quote"), ("workload,gbps\nx,nan\n", "'nan' in column 'gbps'"),
  ])
  func mistakesNameTheLine(text: String, part: String) {
    let error = #expect(throws: RecordTextError.self) { try CSV.records(text) }
    #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
  }
}
