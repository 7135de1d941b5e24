// One type to another, in both signs; types of less than a byte; what compares how when a number is missing.

func.func @widened(%x: tensor<6xi8>) -> (tensor<6xi32>, tensor<6xi32>, tensor<6xf32>, tensor<6xf32>) {
  %s = arith.extsi %x : tensor<6xi8> to tensor<6xi32>
  %u = arith.extui %x : tensor<6xi8> to tensor<6xi32>
  %sf = arith.sitofp %x : tensor<6xi8> to tensor<6xf32>
  %uf = arith.uitofp %x : tensor<6xi8> to tensor<6xf32>
  return %s, %u, %sf, %uf : tensor<6xi32>, tensor<6xi32>, tensor<6xf32>, tensor<6xf32>
}

func.func @narrowed(%x: tensor<6xi32>, %y: tensor<6xf32>) -> (tensor<6xi8>, tensor<6xi32>, tensor<6xf16>, tensor<6xbf16>) {
  %t = arith.trunci %x : tensor<6xi32> to tensor<6xi8>
  %i = arith.fptosi %y : tensor<6xf32> to tensor<6xi32>
  %h = arith.truncf %y : tensor<6xf32> to tensor<6xf16>
  %b = arith.truncf %y : tensor<6xf32> to tensor<6xbf16>
  return %t, %i, %h, %b : tensor<6xi8>, tensor<6xi32>, tensor<6xf16>, tensor<6xbf16>
}

func.func @same_bits(%x: tensor<4xf32>) -> (tensor<4xi32>, tensor<4xf32>) {
  %mask = arith.constant dense<0x7FFFFFFF> : tensor<4xi32>
  %i = arith.bitcast %x : tensor<4xf32> to tensor<4xi32>
  %m = arith.andi %i, %mask : tensor<4xi32>
  %f = arith.bitcast %m : tensor<4xi32> to tensor<4xf32>
  return %i, %f : tensor<4xi32>, tensor<4xf32>
}

// Floats to four bits and back, through a tensor of four-bit numbers.
func.func @through_four_bits(%x: tensor<8xf32>) -> (tensor<8xi8>, tensor<8xi8>) {
  %ne = tensor.empty() : tensor<8xi4>
  %n = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]}
      ins(%x : tensor<8xf32>) outs(%ne : tensor<8xi4>) {
  ^bb0(%v: f32, %out: i4):
    %0 = arith.fptoui %v : f32 to i32
    %1 = arith.trunci %0 : i32 to i4
    linalg.yield %1 : i4
  } -> tensor<8xi4>
  %we = tensor.empty() : tensor<8xi8>
  %w:2 = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]}
      ins(%n : tensor<8xi4>) outs(%we, %we : tensor<8xi8>, tensor<8xi8>) {
  ^bb0(%v: i4, %out: i8, %out2: i8):
    %0 = arith.extui %v : i4 to i8
    %1 = arith.extsi %v : i4 to i8
    linalg.yield %0, %1 : i8, i8
  } -> (tensor<8xi8>, tensor<8xi8>)
  return %w#0, %w#1 : tensor<8xi8>, tensor<8xi8>
}

func.func @four_bit_table(%bytes: tensor<4x4xi8>) -> tensor<4x2x2xf32> {
  %t = arith.trunci %bytes : tensor<4x4xi8> to tensor<4x4xi4>
  %s = tensor.expand_shape %t [[0], [1, 2]] output_shape [4, 2, 2] : tensor<4x4xi4> into tensor<4x2x2xi4>
  %e = tensor.empty() : tensor<4x2x2xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%s : tensor<4x2x2xi4>) outs(%e : tensor<4x2x2xf32>) {
  ^bb0(%v: i4, %out: f32):
    %0 = arith.extui %v : i4 to i32
    %1 = arith.uitofp %0 : i32 to f32
    linalg.yield %1 : f32
  } -> tensor<4x2x2xf32>
  return %r : tensor<4x2x2xf32>
}

func.func @chosen_by_constant(%x: tensor<5xi32>, %y: tensor<5xi32>) -> tensor<5xi32> {
  %which = arith.constant dense<[true, false, false, true, true]> : tensor<5xi1>
  %e = tensor.empty() : tensor<5xi32>
  %r = linalg.generic {
      indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]}
      ins(%which, %x, %y : tensor<5xi1>, tensor<5xi32>, tensor<5xi32>) outs(%e : tensor<5xi32>) {
  ^bb0(%c: i1, %a: i32, %b: i32, %out: i32):
    %0 = arith.select %c, %a, %b : i32
    linalg.yield %0 : i32
  } -> tensor<5xi32>
  return %r : tensor<5xi32>
}

func.func @masks(%p: tensor<4xi1>, %q: tensor<4xi1>) -> (tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi32>, tensor<4xi32>) {
  %a = arith.andi %p, %q : tensor<4xi1>
  %o = arith.ori %p, %q : tensor<4xi1>
  %x = arith.xori %p, %q : tensor<4xi1>
  %u = arith.extui %p : tensor<4xi1> to tensor<4xi32>
  %s = arith.extsi %p : tensor<4xi1> to tensor<4xi32>
  return %a, %o, %x, %u, %s : tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi32>, tensor<4xi32>
}

func.func @float_orders(%x: tensor<6xf32>, %y: tensor<6xf32>) -> (tensor<6xi1>, tensor<6xi1>, tensor<6xi1>, tensor<6xi1>, tensor<6xi1>, tensor<6xi1>, tensor<6xi1>, tensor<6xi1>, tensor<6xi1>, tensor<6xi1>, tensor<6xi1>, tensor<6xi1>, tensor<6xi1>, tensor<6xi1>) {
  %oeq = arith.cmpf oeq, %x, %y : tensor<6xf32>
  %ogt = arith.cmpf ogt, %x, %y : tensor<6xf32>
  %oge = arith.cmpf oge, %x, %y : tensor<6xf32>
  %olt = arith.cmpf olt, %x, %y : tensor<6xf32>
  %ole = arith.cmpf ole, %x, %y : tensor<6xf32>
  %one = arith.cmpf one, %x, %y : tensor<6xf32>
  %ord = arith.cmpf ord, %x, %y : tensor<6xf32>
  %ueq = arith.cmpf ueq, %x, %y : tensor<6xf32>
  %ugt = arith.cmpf ugt, %x, %y : tensor<6xf32>
  %uge = arith.cmpf uge, %x, %y : tensor<6xf32>
  %ult = arith.cmpf ult, %x, %y : tensor<6xf32>
  %ule = arith.cmpf ule, %x, %y : tensor<6xf32>
  %une = arith.cmpf une, %x, %y : tensor<6xf32>
  %uno = arith.cmpf uno, %x, %y : tensor<6xf32>
  return %oeq, %ogt, %oge, %olt, %ole, %one, %ord, %ueq, %ugt, %uge, %ult, %ule, %une, %uno : tensor<6xi1>, tensor<6xi1>, tensor<6xi1>, tensor<6xi1>, tensor<6xi1>, tensor<6xi1>, tensor<6xi1>, tensor<6xi1>, tensor<6xi1>, tensor<6xi1>, tensor<6xi1>, tensor<6xi1>, tensor<6xi1>, tensor<6xi1>
}

// The two maxima differ where a number is missing.
func.func @extremes(%x: tensor<6xf32>, %y: tensor<6xf32>) -> (tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>) {
  %a = arith.maximumf %x, %y : tensor<6xf32>
  %b = arith.minimumf %x, %y : tensor<6xf32>
  %c = arith.maxnumf %x, %y : tensor<6xf32>
  %d = arith.minnumf %x, %y : tensor<6xf32>
  return %a, %b, %c, %d : tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>
}

func.func @edges() -> (tensor<4xf32>, tensor<4xf32>) {
  %x = arith.constant dense<[0x7F800000, 0xFF800000, -0.0, 1.0e-45]> : tensor<4xf32>
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %s = arith.mulf %x, %zero : tensor<4xf32>
  %n = arith.negf %x : tensor<4xf32>
  return %s, %n : tensor<4xf32>, tensor<4xf32>
}
