// The library product: everything that describes operators and computes them, with one import.

@_exported import Execution
@_exported import Kernels
@_exported import Models
@_exported import Operators
@_exported import ReferenceKernels
@_exported import Tensors
@_exported import TiledKernels
@_exported import Tuning
