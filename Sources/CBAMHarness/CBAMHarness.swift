// The library product: everything that verifies, measures and reports, with one import.

@_exported import CBAMKernels
@_exported import Harness
@_exported import Measurement
@_exported import Records
@_exported import Reporting
@_exported import Workloads
