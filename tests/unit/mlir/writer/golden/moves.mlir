func.func @main(%x: tensor<?x8xf32>) -> (tensor<8x?xf32>, tensor<?x3x8xf32>) attributes {tensorir_sizes = [["S", "8"]]} {
  %0 = arith.constant 0 : index
  %1 = tensor.dim %x, %0 : tensor<?x8xf32>
  %2 = tensor.empty(%1) : tensor<8x?xf32>
  %3 = linalg.transpose ins(%x : tensor<?x8xf32>) outs(%2 : tensor<8x?xf32>) permutation = [1, 0]
  %4 = tensor.empty(%1) : tensor<?x3x8xf32>
  %5 = linalg.broadcast ins(%x : tensor<?x8xf32>) outs(%4 : tensor<?x3x8xf32>) dimensions = [1]
  return %3, %5 : tensor<8x?xf32>, tensor<?x3x8xf32>
}
