func.func @main(%x: tensor<?x?xf32>) -> (tensor<?xf32>, tensor<?x?xf32>) attributes {tensorir_sizes = [["S", "T"]]} {
  %0 = tensor.collapse_shape %x [[0, 1]] : tensor<?x?xf32> into tensor<?xf32>
  %1 = arith.constant 2.5 : f32
  %2 = arith.constant 0 : index
  %3 = tensor.dim %x, %2 : tensor<?x?xf32>
  %4 = arith.constant 4 : index
  %5 = arith.ceildivsi %3, %4 : index
  %6 = arith.constant 1 : index
  %7 = tensor.dim %x, %6 : tensor<?x?xf32>
  %8 = arith.constant 3 : index
  %9 = arith.remsi %7, %8 : index
  %10 = arith.addi %9, %6 : index
  %11 = tensor.empty(%5, %10) : tensor<?x?xf32>
  %12 = linalg.fill ins(%1 : f32) outs(%11 : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %0, %12 : tensor<?xf32>, tensor<?x?xf32>
}
