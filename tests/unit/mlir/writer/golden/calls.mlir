func.func @main(%x: tensor<4x?xf32>, %y: tensor<?x?xf32>) -> (tensor<4x?xf32>, tensor<?x?xf32>) attributes {tensorir_sizes = [["4", "S"], ["S", "S"]]} {
  %0 = tensor.cast %x : tensor<4x?xf32> to tensor<?x?xf32>
  %1 = func.call @same(%0) : (tensor<?x?xf32>) -> (tensor<?x?xf32>)
  %2 = tensor.cast %1 : tensor<?x?xf32> to tensor<4x?xf32>
  %3 = func.call @same(%y) : (tensor<?x?xf32>) -> (tensor<?x?xf32>)
  return %2, %3 : tensor<4x?xf32>, tensor<?x?xf32>
}

func.func private @same(%x: tensor<?x?xf32>) -> tensor<?x?xf32> attributes {tensorir_sizes = [["M", "N"]]} {
  return %x : tensor<?x?xf32>
}
