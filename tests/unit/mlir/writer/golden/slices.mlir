func.func @main(%x: tensor<?x8xf32>, %y: tensor<4x8xf32>) -> (tensor<?x3xf32>, tensor<4x8xf32>) attributes {tensorir_sizes = [["S", "8"], ["4", "8"]]} {
  %0 = arith.constant 0 : index
  %1 = tensor.dim %x, %0 : tensor<?x8xf32>
  %2 = arith.constant 2 : index
  %3 = arith.floordivsi %1, %2 : index
  %4 = tensor.extract_slice %x[0, 1] [%3, 3] [1, 2] : tensor<?x8xf32> to tensor<?x3xf32>
  %5 = tensor.extract_slice %y[0, 0] [2, 3] [1, 1] : tensor<4x8xf32> to tensor<2x3xf32>
  %6 = tensor.insert_slice %5 into %y[1, 2] [2, 3] [2, 1] : tensor<2x3xf32> into tensor<4x8xf32>
  return %4, %6 : tensor<?x3xf32>, tensor<4x8xf32>
}
