func.func @main(%x: tensor<?x8x4xf32>) -> (tensor<?x2x4x4xf32>, tensor<?x4xf32>) attributes {tensorir_sizes = [["S", "8", "4"]]} {
  %0 = arith.constant 0 : index
  %1 = tensor.dim %x, %0 : tensor<?x8x4xf32>
  %2 = tensor.expand_shape %x [[0], [1, 2], [3]] output_shape [%1, 2, 4, 4] : tensor<?x8x4xf32> into tensor<?x2x4x4xf32>
  %3 = tensor.collapse_shape %x [[0, 1], [2]] : tensor<?x8x4xf32> into tensor<?x4xf32>
  return %2, %3 : tensor<?x2x4x4xf32>, tensor<?x4xf32>
}
