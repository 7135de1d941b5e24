// Sums and their like: along rows, columns, the middle, everything; two results at once; the place of the largest.

func.func @rows(%x: tensor<33x70xf32>) -> tensor<33xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<33xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<33xf32>) -> tensor<33xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<33x70xf32>) outs(%f : tensor<33xf32>) {
  ^bb0(%v: f32, %acc: f32):
    %s = arith.addf %v, %acc : f32
    linalg.yield %s : f32
  } -> tensor<33xf32>
  return %r : tensor<33xf32>
}

func.func @long_rows_of_halves(%x: tensor<2x1024xf16>) -> tensor<2xf16> {
  %zero = arith.constant 0.0 : f16
  %e = tensor.empty() : tensor<2xf16>
  %f = linalg.fill ins(%zero : f16) outs(%e : tensor<2xf16>) -> tensor<2xf16>
  %r = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<2x1024xf16>) outs(%f : tensor<2xf16>) {
  ^bb0(%v: f16, %acc: f16):
    %s = arith.addf %v, %acc : f16
    linalg.yield %s : f16
  } -> tensor<2xf16>
  return %r : tensor<2xf16>
}

func.func @columns_onto(%x: tensor<?x?xi32>, %onto: tensor<?xi32>) -> tensor<?xi32> {
  %r = linalg.reduce {arith.addi} ins(%x : tensor<?x?xi32>) outs(%onto : tensor<?xi32>) dimensions = [0]
  return %r : tensor<?xi32>
}

func.func @middle_largest(%x: tensor<3x5x4xf32>) -> tensor<3x4xf32> {
  %least = arith.constant 0xFF800000 : f32
  %e = tensor.empty() : tensor<3x4xf32>
  %f = linalg.fill ins(%least : f32) outs(%e : tensor<3x4xf32>) -> tensor<3x4xf32>
  %r = linalg.reduce ins(%x : tensor<3x5x4xf32>) outs(%f : tensor<3x4xf32>) dimensions = [1]
    (%v: f32, %acc: f32) {
      %m = arith.maximumf %v, %acc : f32
      linalg.yield %m : f32
    }
  return %r : tensor<3x4xf32>
}

func.func @smallest_of_bytes(%x: tensor<6x7xi8>) -> tensor<i8> {
  %most = arith.constant 127 : i8
  %e = tensor.empty() : tensor<i8>
  %f = linalg.fill ins(%most : i8) outs(%e : tensor<i8>) -> tensor<i8>
  %r = linalg.reduce {arith.minsi} ins(%x : tensor<6x7xi8>) outs(%f : tensor<i8>) dimensions = [0, 1]
  return %r : tensor<i8>
}

func.func @product_of_columns(%x: tensor<4x5xf32>) -> tensor<5xf32> {
  %one = arith.constant 1.0 : f32
  %e = tensor.empty() : tensor<5xf32>
  %f = linalg.fill ins(%one : f32) outs(%e : tensor<5xf32>) -> tensor<5xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d1, d0)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<4x5xf32>) outs(%f : tensor<5xf32>) {
  ^bb0(%v: f32, %acc: f32):
    %p = arith.mulf %acc, %v : f32
    linalg.yield %p : f32
  } -> tensor<5xf32>
  return %r : tensor<5xf32>
}

func.func @bits(%x: tensor<5x9xi32>) -> (tensor<5xi32>, tensor<5xi32>, tensor<5xi32>) {
  %none = arith.constant 0 : i32
  %all = arith.constant -1 : i32
  %e = tensor.empty() : tensor<5xi32>
  %f0 = linalg.fill ins(%none : i32) outs(%e : tensor<5xi32>) -> tensor<5xi32>
  %f1 = linalg.fill ins(%all : i32) outs(%e : tensor<5xi32>) -> tensor<5xi32>
  %o = linalg.reduce {arith.ori} ins(%x : tensor<5x9xi32>) outs(%f0 : tensor<5xi32>) dimensions = [1]
  %a = linalg.reduce {arith.andi} ins(%x : tensor<5x9xi32>) outs(%f1 : tensor<5xi32>) dimensions = [1]
  %p = linalg.reduce {arith.xori} ins(%x : tensor<5x9xi32>) outs(%f0 : tensor<5xi32>) dimensions = [1]
  return %o, %a, %p : tensor<5xi32>, tensor<5xi32>, tensor<5xi32>
}

// The accumulator is the left operand of a subtraction: no reordering may change what is subtracted from what.
func.func @squares_about(%x: tensor<50xf32>, %mean: tensor<f32>) -> tensor<f32> {
  %start = arith.constant -0.0 : f32
  %e = tensor.empty() : tensor<f32>
  %f = linalg.fill ins(%start : f32) outs(%e : tensor<f32>) -> tensor<f32>
  %r = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> ()>, affine_map<(d0) -> ()>], iterator_types = ["reduction"]}
      ins(%x, %mean : tensor<50xf32>, tensor<f32>) outs(%f : tensor<f32>) {
  ^bb0(%v: f32, %m: f32, %acc: f32):
    %c = arith.subf %v, %m : f32
    %q = arith.mulf %c, %c : f32
    %s = arith.addf %q, %acc : f32
    linalg.yield %s : f32
  } -> tensor<f32>
  return %r : tensor<f32>
}

func.func @taken_away(%x: tensor<4x6xi32>, %from: tensor<4xi32>) -> tensor<4xi32> {
  %r = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<4x6xi32>) outs(%from : tensor<4xi32>) {
  ^bb0(%v: i32, %acc: i32):
    %s = arith.subi %acc, %v : i32
    linalg.yield %s : i32
  } -> tensor<4xi32>
  return %r : tensor<4xi32>
}

func.func @sum_and_largest(%x: tensor<?x6xf32>) -> (tensor<?xf32>, tensor<?xf32>) {
  %d0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %least = arith.constant 0xFF800000 : f32
  %n = tensor.dim %x, %d0 : tensor<?x6xf32>
  %e = tensor.empty(%n) : tensor<?xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e : tensor<?xf32>) -> tensor<?xf32>
  %f1 = linalg.fill ins(%least : f32) outs(%e : tensor<?xf32>) -> tensor<?xf32>
  %r:2 = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0)>],
      iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<?x6xf32>) outs(%f0, %f1 : tensor<?xf32>, tensor<?xf32>) {
  ^bb0(%v: f32, %sum: f32, %top: f32):
    %s = arith.addf %sum, %v : f32
    %m = arith.maximumf %top, %v : f32
    linalg.yield %s, %m : f32, f32
  } -> (tensor<?xf32>, tensor<?xf32>)
  return %r#0, %r#1 : tensor<?xf32>, tensor<?xf32>
}

// One large value written into a field of equal ones, then found again.
func.func @place_of_largest() -> (tensor<f32>, tensor<i32>) {
  %seven = arith.constant 7.0 : f32
  %large = arith.constant 53.0 : f32
  %least = arith.constant 0xFF800000 : f32
  %none = arith.constant 0 : i32
  %e = tensor.empty() : tensor<3000xf32>
  %flat = linalg.fill ins(%seven : f32) outs(%e : tensor<3000xf32>) -> tensor<3000xf32>
  %last = arith.constant 2999 : index
  %x = tensor.insert %large into %flat[%last] : tensor<3000xf32>
  %ve = tensor.empty() : tensor<f32>
  %ie = tensor.empty() : tensor<i32>
  %v0 = linalg.fill ins(%least : f32) outs(%ve : tensor<f32>) -> tensor<f32>
  %i0 = linalg.fill ins(%none : i32) outs(%ie : tensor<i32>) -> tensor<i32>
  %r:2 = linalg.generic {
      indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> ()>, affine_map<(d0) -> ()>], iterator_types = ["reduction"]}
      ins(%x : tensor<3000xf32>) outs(%v0, %i0 : tensor<f32>, tensor<i32>) {
  ^bb0(%v: f32, %best: f32, %where: i32):
    %i = linalg.index 0 : index
    %i32 = arith.index_cast %i : index to i32
    %m = arith.maximumf %v, %best : f32
    %more = arith.cmpf ogt, %v, %best : f32
    %w = arith.select %more, %i32, %where : i32
    linalg.yield %m, %w : f32, i32
  } -> (tensor<f32>, tensor<i32>)
  return %r#0, %r#1 : tensor<f32>, tensor<i32>
}

func.func @places_of_smallest(%x: tensor<?x?xf32>) -> tensor<?xi64> {
  %d0 = arith.constant 0 : index
  %most = arith.constant 0x7F800000 : f32
  %none = arith.constant -1 : i64
  %n = tensor.dim %x, %d0 : tensor<?x?xf32>
  %ve = tensor.empty(%n) : tensor<?xf32>
  %ie = tensor.empty(%n) : tensor<?xi64>
  %v0 = linalg.fill ins(%most : f32) outs(%ve : tensor<?xf32>) -> tensor<?xf32>
  %i0 = linalg.fill ins(%none : i64) outs(%ie : tensor<?xi64>) -> tensor<?xi64>
  %r:2 = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0)>],
      iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<?x?xf32>) outs(%v0, %i0 : tensor<?xf32>, tensor<?xi64>) {
  ^bb0(%v: f32, %best: f32, %where: i64):
    %i = linalg.index 1 : index
    %i64 = arith.index_cast %i : index to i64
    %m = arith.minimumf %v, %best : f32
    %less = arith.cmpf olt, %v, %best : f32
    %w = arith.select %less, %i64, %where : i64
    linalg.yield %m, %w : f32, i64
  } -> (tensor<?xf32>, tensor<?xi64>)
  return %r#1 : tensor<?xi64>
}

// Running sums as a sum over the elements that are not later.
func.func @running_sum(%x: tensor<?xf32>) -> tensor<?xf32> {
  %d0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %n = tensor.dim %x, %d0 : tensor<?xf32>
  %e = tensor.empty(%n) : tensor<?xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<?xf32>) -> tensor<?xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<?xf32>) outs(%f : tensor<?xf32>) {
  ^bb0(%v: f32, %acc: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %kept = arith.cmpi ule, %j, %i : index
    %w = arith.select %kept, %v, %zero : f32
    %s = arith.addf %acc, %w : f32
    linalg.yield %s : f32
  } -> tensor<?xf32>
  return %r : tensor<?xf32>
}
