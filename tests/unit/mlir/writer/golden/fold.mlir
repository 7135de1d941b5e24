func.func @main(%x: tensor<4x8xf32>, %s: tensor<4xf32>) -> tensor<4xf32> {
  %2 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<4x8xf32>) outs(%s : tensor<4xf32>) attrs = {tensorir_op = "linalg.fold"} {
  ^bb0(%0: f32, %1: f32):
    %3 = arith.addf %1, %0 : f32
    linalg.yield %3 : f32
  } -> tensor<4xf32>
  return %2 : tensor<4xf32>
}
