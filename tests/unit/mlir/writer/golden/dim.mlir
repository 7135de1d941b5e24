func.func @main(%x: tensor<?x8xf32>) -> (tensor<i64>, tensor<?x8xf32>) attributes {tensorir_sizes = [["S", "8"]]} {
  %0 = arith.constant 0 : index
  %1 = tensor.dim %x, %0 : tensor<?x8xf32>
  %2 = arith.index_cast %1 : index to i64
  %3 = tensor.from_elements %2 : tensor<i64>
  return %3, %x : tensor<i64>, tensor<?x8xf32>
}
