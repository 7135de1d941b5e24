func.func @matvec(%a: tensor<4x6xf32>, %b: tensor<6xf32>, %c: tensor<4xf32>) -> tensor<4xf32> {
  %0 = linalg.matvec ins(%a, %b : tensor<4x6xf32>, tensor<6xf32>) outs(%c : tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
// -----
func.func @vecmat(%a: tensor<6xf32>, %b: tensor<6x5xf32>, %c: tensor<5xf32>) -> tensor<5xf32> {
  %0 = linalg.vecmat ins(%a, %b : tensor<6xf32>, tensor<6x5xf32>) outs(%c : tensor<5xf32>) -> tensor<5xf32>
  return %0 : tensor<5xf32>
}
// -----
func.func @batch_matvec(%a: tensor<2x4x6xf32>, %b: tensor<2x6xf32>, %c: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %0 = linalg.batch_matvec ins(%a, %b : tensor<2x4x6xf32>, tensor<2x6xf32>) outs(%c : tensor<2x4xf32>) -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}
// -----
func.func @batch_vecmat(%a: tensor<2x6xf32>, %b: tensor<2x6x5xf32>, %c: tensor<2x5xf32>) -> tensor<2x5xf32> {
  %0 = linalg.batch_vecmat ins(%a, %b : tensor<2x6xf32>, tensor<2x6x5xf32>) outs(%c : tensor<2x5xf32>) -> tensor<2x5xf32>
  return %0 : tensor<2x5xf32>
}
// -----
func.func @dot(%a: tensor<6xf32>, %b: tensor<6xf32>, %c: tensor<f32>) -> tensor<f32> {
  %0 = linalg.dot ins(%a, %b : tensor<6xf32>, tensor<6xf32>) outs(%c : tensor<f32>) -> tensor<f32>
  return %0 : tensor<f32>
}
// -----
func.func @matmul(%a: tensor<4x6xf32>, %b: tensor<6x5xf32>, %c: tensor<4x5xf32>) -> tensor<4x5xf32> {
  %0 = linalg.matmul ins(%a, %b : tensor<4x6xf32>, tensor<6x5xf32>) outs(%c : tensor<4x5xf32>) -> tensor<4x5xf32>
  return %0 : tensor<4x5xf32>
}
// -----
func.func @batch_matmul(%a: tensor<2x4x6xf32>, %b: tensor<2x6x5xf32>, %c: tensor<2x4x5xf32>) -> tensor<2x4x5xf32> {
  %0 = linalg.batch_matmul ins(%a, %b : tensor<2x4x6xf32>, tensor<2x6x5xf32>) outs(%c : tensor<2x4x5xf32>) -> tensor<2x4x5xf32>
  return %0 : tensor<2x4x5xf32>
}
// -----
func.func @batch_reduce_matmul(%a: tensor<2x4x6xf32>, %b: tensor<2x6x5xf32>, %c: tensor<4x5xf32>) -> tensor<4x5xf32> {
  %0 = linalg.batch_reduce_matmul ins(%a, %b : tensor<2x4x6xf32>, tensor<2x6x5xf32>) outs(%c : tensor<4x5xf32>) -> tensor<4x5xf32>
  return %0 : tensor<4x5xf32>
}
// -----
func.func @mmt4d(%a: tensor<4x6x8x1xf32>, %b: tensor<5x6x4x1xf32>, %c: tensor<4x5x8x4xf32>) -> tensor<4x5x8x4xf32> {
  %0 = linalg.mmt4d ins(%a, %b : tensor<4x6x8x1xf32>, tensor<5x6x4x1xf32>) outs(%c : tensor<4x5x8x4xf32>) -> tensor<4x5x8x4xf32>
  return %0 : tensor<4x5x8x4xf32>
}
// -----
func.func @batch_mmt4d(%a: tensor<2x4x6x8x1xf32>, %b: tensor<2x5x6x4x1xf32>, %c: tensor<2x4x5x8x4xf32>) -> tensor<2x4x5x8x4xf32> {
  %0 = linalg.batch_mmt4d ins(%a, %b : tensor<2x4x6x8x1xf32>, tensor<2x5x6x4x1xf32>) outs(%c : tensor<2x4x5x8x4xf32>) -> tensor<2x4x5x8x4xf32>
  return %0 : tensor<2x4x5x8x4xf32>
}
// -----
func.func @quantized_matmul(%a: tensor<4x6xi8>, %b: tensor<6x5xi8>, %c: i32, %d: i32, %e: tensor<4x5xi32>) -> tensor<4x5xi32> {
  %0 = linalg.quantized_matmul ins(%a, %b, %c, %d : tensor<4x6xi8>, tensor<6x5xi8>, i32, i32) outs(%e : tensor<4x5xi32>) -> tensor<4x5xi32>
  return %0 : tensor<4x5xi32>
}
// -----
func.func @quantized_batch_matmul(%a: tensor<2x4x6xi8>, %b: tensor<2x6x5xi8>, %c: i32, %d: i32, %e: tensor<2x4x5xi32>) -> tensor<2x4x5xi32> {
  %0 = linalg.quantized_batch_matmul ins(%a, %b, %c, %d : tensor<2x4x6xi8>, tensor<2x6x5xi8>, i32, i32) outs(%e : tensor<2x4x5xi32>) -> tensor<2x4x5xi32>
  return %0 : tensor<2x4x5xi32>
}
// -----
func.func @matmul(%a: tensor<4x6xi8>, %b: tensor<6x5xi8>, %c: tensor<4x5xi32>) -> tensor<4x5xi32> {
  %0 = linalg.matmul {cast = #linalg.type_fn<cast_unsigned>} ins(%a, %b : tensor<4x6xi8>, tensor<6x5xi8>) outs(%c : tensor<4x5xi32>) -> tensor<4x5xi32>
  return %0 : tensor<4x5xi32>
}
// -----
func.func @matmul(%a: tensor<4x6xf32>, %b: tensor<5x6xf32>, %c: tensor<4x5xf32>) -> tensor<4x5xf32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>] ins(%a, %b : tensor<4x6xf32>, tensor<5x6xf32>) outs(%c : tensor<4x5xf32>) -> tensor<4x5xf32>
  return %0 : tensor<4x5xf32>
}
// -----
func.func @matmul(%a: tensor<4x6xi8>, %b: tensor<5x6xi8>, %c: tensor<4x5xi32>) -> tensor<4x5xi32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>] {cast = #linalg.type_fn<cast_unsigned>, my.hint = 1 : i32} ins(%a, %b : tensor<4x6xi8>, tensor<5x6xi8>) outs(%c : tensor<4x5xi32>) -> tensor<4x5xi32>
  return %0 : tensor<4x5xi32>
}
// -----
func.func @contract(%a: tensor<4x6xf32>, %b: tensor<5x6xf32>, %c: tensor<5x4xf32>) -> tensor<5x4xf32> {
  %0 = linalg.contract indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (n, m)>] ins(%a, %b : tensor<4x6xf32>, tensor<5x6xf32>) outs(%c : tensor<5x4xf32>) -> tensor<5x4xf32>
  return %0 : tensor<5x4xf32>
}
// -----
func.func @fill(%a: f32, %b: tensor<4x3xf32>) -> tensor<4x3xf32> {
  %0 = linalg.fill ins(%a : f32) outs(%b : tensor<4x3xf32>) -> tensor<4x3xf32>
  return %0 : tensor<4x3xf32>
}
// -----
func.func @copy(%a: tensor<4x3xf32>, %b: tensor<4x3xf32>) -> tensor<4x3xf32> {
  %0 = linalg.copy ins(%a : tensor<4x3xf32>) outs(%b : tensor<4x3xf32>) -> tensor<4x3xf32>
  return %0 : tensor<4x3xf32>
}
// -----
func.func @fill(%a: i8, %b: tensor<4x3xi8>) -> tensor<4x3xi8> {
  %0 = linalg.fill {my.hint} ins(%a : i8) outs(%b : tensor<4x3xi8>) -> tensor<4x3xi8>
  return %0 : tensor<4x3xi8>
}
// -----
func.func @elementwise(%a: tensor<4x3xf32>, %b: tensor<4x3xf32>) -> tensor<4x3xf32> {
  %0 = linalg.elementwise <exp> ins(%a : tensor<4x3xf32>) outs(%b : tensor<4x3xf32>) -> tensor<4x3xf32>
  return %0 : tensor<4x3xf32>
}
// -----
func.func @elementwise(%a: tensor<4x3xf32>, %b: tensor<4x3xf32>, %c: tensor<4x3xf32>) -> tensor<4x3xf32> {
  %0 = linalg.elementwise <add> ins(%a, %b : tensor<4x3xf32>, tensor<4x3xf32>) outs(%c : tensor<4x3xf32>) -> tensor<4x3xf32>
  return %0 : tensor<4x3xf32>
}
// -----
func.func @elementwise(%a: tensor<4x3xf32>, %b: tensor<3xf32>, %c: tensor<4x3xf32>) -> tensor<4x3xf32> {
  %0 = linalg.elementwise <mul> indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>] ins(%a, %b : tensor<4x3xf32>, tensor<3xf32>) outs(%c : tensor<4x3xf32>) -> tensor<4x3xf32>
  return %0 : tensor<4x3xf32>
}
// -----
func.func @elementwise(%a: tensor<4x3xi1>, %b: tensor<4x3xf32>, %c: tensor<4x3xf32>, %d: tensor<4x3xf32>) -> tensor<4x3xf32> {
  %0 = linalg.elementwise <select> ins(%a, %b, %c : tensor<4x3xi1>, tensor<4x3xf32>, tensor<4x3xf32>) outs(%d : tensor<4x3xf32>) -> tensor<4x3xf32>
  return %0 : tensor<4x3xf32>
}
// -----
func.func @softmax(%a: tensor<4x3xf32>, %b: tensor<4x3xf32>) -> tensor<4x3xf32> {
  %0 = linalg.softmax dimension(1) ins(%a : tensor<4x3xf32>) outs(%b : tensor<4x3xf32>) -> tensor<4x3xf32>
  return %0 : tensor<4x3xf32>
}
// -----
func.func @softmax(%a: tensor<4x3xf32>, %b: tensor<4x3xf32>) -> tensor<4x3xf32> {
  %0 = linalg.softmax {my.hint} dimension(0) ins(%a : tensor<4x3xf32>) outs(%b : tensor<4x3xf32>) -> tensor<4x3xf32>
  return %0 : tensor<4x3xf32>
}
