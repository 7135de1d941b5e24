func.func @main(%x: tensor<?x8xf32>) -> tensor<?x8xf32> attributes {tensorir_sizes = [["S", "8"]]} {
  %0 = tensor.cast %x {tensorir_shape = ["4", "8"]} : tensor<?x8xf32> to tensor<4x8xf32>
  %1 = tensor.cast %0 {tensorir_shape = ["S", "8"]} : tensor<4x8xf32> to tensor<?x8xf32>
  return %1 : tensor<?x8xf32>
}
