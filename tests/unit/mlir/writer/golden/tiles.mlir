func.func @main(%a: tensor<2x3x8x4xf32>, %b: tensor<5x3x16x4xf32>, %c: tensor<5x3x4x16xf32>, %p: tensor<6x2x3x8x4xf32>, %q: tensor<6x5x3x16x4xf32>) -> (tensor<2x5x8x16xf32>, tensor<2x5x8x16xf32>, tensor<6x2x5x8x16xf32>) {
  %0 = arith.constant 0.0 : f32
  %1 = tensor.empty() : tensor<2x5x8x16xf32>
  %2 = linalg.fill ins(%0 : f32) outs(%1 : tensor<2x5x8x16xf32>) -> tensor<2x5x8x16xf32>
  %3 = linalg.mmt4d ins(%a, %b : tensor<2x3x8x4xf32>, tensor<5x3x16x4xf32>) outs(%2 : tensor<2x5x8x16xf32>) -> tensor<2x5x8x16xf32>
  %7 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d2, d3, d5)>, affine_map<(d0, d1, d2, d3, d4, d5) -> (d1, d2, d5, d4)>, affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d3, d4)>], iterator_types = ["parallel", "parallel", "reduction", "parallel", "parallel", "reduction"]} ins(%a, %c : tensor<2x3x8x4xf32>, tensor<5x3x4x16xf32>) outs(%3 : tensor<2x5x8x16xf32>) {
  ^bb0(%4: f32, %5: f32, %6: f32):
    %8 = arith.mulf %4, %5 : f32
    %9 = arith.addf %6, %8 : f32
    linalg.yield %9 : f32
  } -> tensor<2x5x8x16xf32>
  %10 = tensor.empty() : tensor<6x2x5x8x16xf32>
  %11 = linalg.fill ins(%0 : f32) outs(%10 : tensor<6x2x5x8x16xf32>) -> tensor<6x2x5x8x16xf32>
  %12 = linalg.batch_mmt4d ins(%p, %q : tensor<6x2x3x8x4xf32>, tensor<6x5x3x16x4xf32>) outs(%11 : tensor<6x2x5x8x16xf32>) -> tensor<6x2x5x8x16xf32>
  return %3, %7, %12 : tensor<2x5x8x16xf32>, tensor<2x5x8x16xf32>, tensor<6x2x5x8x16xf32>
}
