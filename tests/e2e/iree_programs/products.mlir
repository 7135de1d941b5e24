// Matrix products: accumulating or not, every mix of sizes that are known and unknown, narrow sides, narrow types.

func.func @onto(%a: tensor<?x?xf32>, %b: tensor<?x?xf32>, %c: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %r = linalg.matmul ins(%a, %b : tensor<?x?xf32>, tensor<?x?xf32>) outs(%c : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %r : tensor<?x?xf32>
}

func.func @from_zero(%a: tensor<?x12xf32>, %b: tensor<12x?xf32>) -> tensor<?x?xf32> {
  %rows = arith.constant 0 : index
  %cols = arith.constant 1 : index
  %m = tensor.dim %a, %rows : tensor<?x12xf32>
  %n = tensor.dim %b, %cols : tensor<12x?xf32>
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty(%m, %n) : tensor<?x?xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<?x?xf32>) -> tensor<?x?xf32>
  %r = linalg.matmul ins(%a, %b : tensor<?x12xf32>, tensor<12x?xf32>) outs(%f : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %r : tensor<?x?xf32>
}

func.func @rows_times_rows(%a: tensor<19x33xf32>, %b: tensor<21x33xf32>, %c: tensor<19x21xf32>) -> tensor<19x21xf32> {
  %r = linalg.matmul
      indexing_maps = [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (j, k)>, affine_map<(i, j, k) -> (i, j)>]
      ins(%a, %b : tensor<19x33xf32>, tensor<21x33xf32>) outs(%c : tensor<19x21xf32>) -> tensor<19x21xf32>
  return %r : tensor<19x21xf32>
}

func.func @constant_operands() -> tensor<64x48xf32> {
  %a = arith.constant dense<0.5> : tensor<64x96xf32>
  %b = arith.constant dense<0.25> : tensor<96x48xf32>
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<64x48xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<64x48xf32>) -> tensor<64x48xf32>
  %r = linalg.matmul ins(%a, %b : tensor<64x96xf32>, tensor<96x48xf32>) outs(%f : tensor<64x48xf32>) -> tensor<64x48xf32>
  return %r : tensor<64x48xf32>
}

func.func @halves(%a: tensor<9x17xf16>, %b: tensor<17x11xf16>, %c: tensor<9x11xf16>) -> tensor<9x11xf16> {
  %r = linalg.matmul ins(%a, %b : tensor<9x17xf16>, tensor<17x11xf16>) outs(%c : tensor<9x11xf16>) -> tensor<9x11xf16>
  return %r : tensor<9x11xf16>
}

func.func @brain_floats_to_f32(%a: tensor<6x20xbf16>, %b: tensor<20x10xbf16>, %c: tensor<6x10xf32>) -> tensor<6x10xf32> {
  %r = linalg.matmul ins(%a, %b : tensor<6x20xbf16>, tensor<20x10xbf16>) outs(%c : tensor<6x10xf32>) -> tensor<6x10xf32>
  return %r : tensor<6x10xf32>
}

func.func @doubles(%a: tensor<5x8xf64>, %b: tensor<8x3xf64>, %c: tensor<5x3xf64>) -> tensor<5x3xf64> {
  %r = linalg.matmul ins(%a, %b : tensor<5x8xf64>, tensor<8x3xf64>) outs(%c : tensor<5x3xf64>) -> tensor<5x3xf64>
  return %r : tensor<5x3xf64>
}

// One accumulator through three products of unknown sizes.
func.func @thrice(%a: tensor<?x?xi8>, %b: tensor<?x?xi8>, %c: tensor<?x?xi32>) -> tensor<?x?xi32> {
  %0 = linalg.matmul ins(%a, %b : tensor<?x?xi8>, tensor<?x?xi8>) outs(%c : tensor<?x?xi32>) -> tensor<?x?xi32>
  %1 = linalg.matmul ins(%a, %b : tensor<?x?xi8>, tensor<?x?xi8>) outs(%0 : tensor<?x?xi32>) -> tensor<?x?xi32>
  %2 = linalg.matmul ins(%a, %b : tensor<?x?xi8>, tensor<?x?xi8>) outs(%1 : tensor<?x?xi32>) -> tensor<?x?xi32>
  return %2 : tensor<?x?xi32>
}

func.func @times_vector(%a: tensor<7x6xi8>, %x: tensor<6xi8>, %c: tensor<7xi32>) -> tensor<7xi32> {
  %r = linalg.matvec ins(%a, %x : tensor<7x6xi8>, tensor<6xi8>) outs(%c : tensor<7xi32>) -> tensor<7xi32>
  return %r : tensor<7xi32>
}

func.func @vector_times(%x: tensor<?xi8>, %b: tensor<?x?xi8>, %c: tensor<?xi32>) -> tensor<?xi32> {
  %r = linalg.vecmat ins(%x, %b : tensor<?xi8>, tensor<?x?xi8>) outs(%c : tensor<?xi32>) -> tensor<?xi32>
  return %r : tensor<?xi32>
}

func.func @vectors(%x: tensor<13xf32>, %y: tensor<13xf32>, %c: tensor<f32>) -> tensor<f32> {
  %r = linalg.dot ins(%x, %y : tensor<13xf32>, tensor<13xf32>) outs(%c : tensor<f32>) -> tensor<f32>
  return %r : tensor<f32>
}

func.func @batch_times_vector(%a: tensor<3x4x5xi8>, %x: tensor<3x5xi8>, %c: tensor<3x4xi32>) -> tensor<3x4xi32> {
  %r = linalg.batch_matvec ins(%a, %x : tensor<3x4x5xi8>, tensor<3x5xi8>) outs(%c : tensor<3x4xi32>) -> tensor<3x4xi32>
  return %r : tensor<3x4xi32>
}

func.func @one_column(%a: tensor<6x9xi8>, %b: tensor<9x1xi8>, %c: tensor<6x1xi32>) -> tensor<6x1xi32> {
  %r = linalg.matmul ins(%a, %b : tensor<6x9xi8>, tensor<9x1xi8>) outs(%c : tensor<6x1xi32>) -> tensor<6x1xi32>
  return %r : tensor<6x1xi32>
}

func.func @two_columns(%a: tensor<6x9xi8>, %b: tensor<9x2xi8>, %c: tensor<6x2xi32>) -> tensor<6x2xi32> {
  %r = linalg.matmul ins(%a, %b : tensor<6x9xi8>, tensor<9x2xi8>) outs(%c : tensor<6x2xi32>) -> tensor<6x2xi32>
  return %r : tensor<6x2xi32>
}

func.func @batch_one_column(%a: tensor<2x5x7xi8>, %b: tensor<2x7x1xi8>, %c: tensor<2x5x1xi32>) -> tensor<2x5x1xi32> {
  %r = linalg.batch_matmul ins(%a, %b : tensor<2x5x7xi8>, tensor<2x7x1xi8>) outs(%c : tensor<2x5x1xi32>) -> tensor<2x5x1xi32>
  return %r : tensor<2x5x1xi32>
}

func.func @batch_two_columns(%a: tensor<2x5x7xi8>, %b: tensor<2x7x2xi8>, %c: tensor<2x5x2xi32>) -> tensor<2x5x2xi32> {
  %r = linalg.batch_matmul ins(%a, %b : tensor<2x5x7xi8>, tensor<2x7x2xi8>) outs(%c : tensor<2x5x2xi32>) -> tensor<2x5x2xi32>
  return %r : tensor<2x5x2xi32>
}

// A batch whose right-hand side is one matrix, repeated.
func.func @shared_weight(%a: tensor<3x4x6xf32>, %w: tensor<6x5xf32>) -> tensor<3x4x5xf32> {
  %zero = arith.constant 0.0 : f32
  %be = tensor.empty() : tensor<3x6x5xf32>
  %ws = linalg.broadcast ins(%w : tensor<6x5xf32>) outs(%be : tensor<3x6x5xf32>) dimensions = [0]
  %e = tensor.empty() : tensor<3x4x5xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<3x4x5xf32>) -> tensor<3x4x5xf32>
  %r = linalg.batch_matmul ins(%a, %ws : tensor<3x4x6xf32>, tensor<3x6x5xf32>) outs(%f : tensor<3x4x5xf32>) -> tensor<3x4x5xf32>
  return %r : tensor<3x4x5xf32>
}

func.func @shared_weight_by_rows(%a: tensor<3x4x6xf32>, %w: tensor<5x6xf32>) -> tensor<3x4x5xf32> {
  %zero = arith.constant 0.0 : f32
  %be = tensor.empty() : tensor<3x5x6xf32>
  %ws = linalg.broadcast ins(%w : tensor<5x6xf32>) outs(%be : tensor<3x5x6xf32>) dimensions = [0]
  %e = tensor.empty() : tensor<3x4x5xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<3x4x5xf32>) -> tensor<3x4x5xf32>
  %r = linalg.batch_matmul
      indexing_maps = [affine_map<(b, i, j, k) -> (b, i, k)>, affine_map<(b, i, j, k) -> (b, j, k)>, affine_map<(b, i, j, k) -> (b, i, j)>]
      ins(%a, %ws : tensor<3x4x6xf32>, tensor<3x5x6xf32>) outs(%f : tensor<3x4x5xf32>) -> tensor<3x4x5xf32>
  return %r : tensor<3x4x5xf32>
}

// The summed size is the unknown one.
func.func @unknown_depth(%a: tensor<4x1x?xf16>, %b: tensor<4x?x9xf16>) -> tensor<4x1x9xf16> {
  %zero = arith.constant 0.0 : f16
  %e = tensor.empty() : tensor<4x1x9xf16>
  %f = linalg.fill ins(%zero : f16) outs(%e : tensor<4x1x9xf16>) -> tensor<4x1x9xf16>
  %r = linalg.generic {
      indexing_maps = [affine_map<(b, i, j, k) -> (b, i, k)>, affine_map<(b, i, j, k) -> (b, k, j)>, affine_map<(b, i, j, k) -> (b, i, j)>],
      iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<4x1x?xf16>, tensor<4x?x9xf16>) outs(%f : tensor<4x1x9xf16>) {
  ^bb0(%x: f16, %y: f16, %acc: f16):
    %p = arith.mulf %x, %y : f16
    %s = arith.addf %acc, %p : f16
    linalg.yield %s : f16
  } -> tensor<4x1x9xf16>
  return %r : tensor<4x1x9xf16>
}

// Heads in the middle on one side, in front on the other: no transposition is written.
func.func @heads(%q: tensor<5x2x8xf32>, %k: tensor<2x7x8xf32>) -> tensor<2x5x7xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x5x7xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<2x5x7xf32>) -> tensor<2x5x7xf32>
  %r = linalg.generic {
      indexing_maps = [affine_map<(h, i, j, d) -> (i, h, d)>, affine_map<(h, i, j, d) -> (h, j, d)>, affine_map<(h, i, j, d) -> (h, i, j)>],
      iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%q, %k : tensor<5x2x8xf32>, tensor<2x7x8xf32>) outs(%f : tensor<2x5x7xf32>) {
  ^bb0(%x: f32, %y: f32, %acc: f32):
    %p = arith.mulf %x, %y : f32
    %s = arith.addf %acc, %p : f32
    linalg.yield %s : f32
  } -> tensor<2x5x7xf32>
  return %r : tensor<2x5x7xf32>
}
