func.func @main(%x: tensor<2x9xf32>) -> tensor<2x4x3xf32> {
  %0 = tensor.empty() : tensor<2x4x3xf32>
  %3 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1 * 2 + d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%x : tensor<2x9xf32>) outs(%0 : tensor<2x4x3xf32>) {
  ^bb0(%1: f32, %2: f32):
    linalg.yield %1 : f32
  } -> tensor<2x4x3xf32>
  return %3 : tensor<2x4x3xf32>
}
