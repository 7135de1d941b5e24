// Integers: division in all its ways, shifts, bits, order with and without signs, wrapping at the type's ends.

func.func @addi(%x: tensor<?xi32>, %y: tensor<?xi32>) -> tensor<?xi32> {
  %r = arith.addi %x, %y : tensor<?xi32>
  return %r : tensor<?xi32>
}

func.func @subi(%x: tensor<?xi32>, %y: tensor<?xi32>) -> tensor<?xi32> {
  %r = arith.subi %x, %y : tensor<?xi32>
  return %r : tensor<?xi32>
}

func.func @muli(%x: tensor<?xi32>, %y: tensor<?xi32>) -> tensor<?xi32> {
  %r = arith.muli %x, %y : tensor<?xi32>
  return %r : tensor<?xi32>
}

func.func @divsi(%x: tensor<?xi32>, %y: tensor<?xi32>) -> tensor<?xi32> {
  %r = arith.divsi %x, %y : tensor<?xi32>
  return %r : tensor<?xi32>
}

func.func @divui(%x: tensor<?xi32>, %y: tensor<?xi32>) -> tensor<?xi32> {
  %r = arith.divui %x, %y : tensor<?xi32>
  return %r : tensor<?xi32>
}

func.func @remsi(%x: tensor<?xi32>, %y: tensor<?xi32>) -> tensor<?xi32> {
  %r = arith.remsi %x, %y : tensor<?xi32>
  return %r : tensor<?xi32>
}

func.func @remui(%x: tensor<?xi32>, %y: tensor<?xi32>) -> tensor<?xi32> {
  %r = arith.remui %x, %y : tensor<?xi32>
  return %r : tensor<?xi32>
}

func.func @floordivsi(%x: tensor<?xi32>, %y: tensor<?xi32>) -> tensor<?xi32> {
  %r = arith.floordivsi %x, %y : tensor<?xi32>
  return %r : tensor<?xi32>
}

func.func @ceildivsi(%x: tensor<?xi32>, %y: tensor<?xi32>) -> tensor<?xi32> {
  %r = arith.ceildivsi %x, %y : tensor<?xi32>
  return %r : tensor<?xi32>
}

func.func @ceildivui(%x: tensor<?xi32>, %y: tensor<?xi32>) -> tensor<?xi32> {
  %r = arith.ceildivui %x, %y : tensor<?xi32>
  return %r : tensor<?xi32>
}

func.func @shli(%x: tensor<?xi32>, %y: tensor<?xi32>) -> tensor<?xi32> {
  %r = arith.shli %x, %y : tensor<?xi32>
  return %r : tensor<?xi32>
}

func.func @shrsi(%x: tensor<?xi32>, %y: tensor<?xi32>) -> tensor<?xi32> {
  %r = arith.shrsi %x, %y : tensor<?xi32>
  return %r : tensor<?xi32>
}

func.func @shrui(%x: tensor<?xi32>, %y: tensor<?xi32>) -> tensor<?xi32> {
  %r = arith.shrui %x, %y : tensor<?xi32>
  return %r : tensor<?xi32>
}

func.func @andi(%x: tensor<?xi32>, %y: tensor<?xi32>) -> tensor<?xi32> {
  %r = arith.andi %x, %y : tensor<?xi32>
  return %r : tensor<?xi32>
}

func.func @ori(%x: tensor<?xi32>, %y: tensor<?xi32>) -> tensor<?xi32> {
  %r = arith.ori %x, %y : tensor<?xi32>
  return %r : tensor<?xi32>
}

func.func @xori(%x: tensor<?xi32>, %y: tensor<?xi32>) -> tensor<?xi32> {
  %r = arith.xori %x, %y : tensor<?xi32>
  return %r : tensor<?xi32>
}

func.func @maxsi(%x: tensor<?xi32>, %y: tensor<?xi32>) -> tensor<?xi32> {
  %r = arith.maxsi %x, %y : tensor<?xi32>
  return %r : tensor<?xi32>
}

func.func @minsi(%x: tensor<?xi32>, %y: tensor<?xi32>) -> tensor<?xi32> {
  %r = arith.minsi %x, %y : tensor<?xi32>
  return %r : tensor<?xi32>
}

func.func @maxui(%x: tensor<?xi32>, %y: tensor<?xi32>) -> tensor<?xi32> {
  %r = arith.maxui %x, %y : tensor<?xi32>
  return %r : tensor<?xi32>
}

func.func @minui(%x: tensor<?xi32>, %y: tensor<?xi32>) -> tensor<?xi32> {
  %r = arith.minui %x, %y : tensor<?xi32>
  return %r : tensor<?xi32>
}

func.func @orders(%x: tensor<8xi8>, %y: tensor<8xi8>) -> (tensor<8xi1>, tensor<8xi1>, tensor<8xi1>, tensor<8xi1>, tensor<8xi1>, tensor<8xi1>, tensor<8xi1>, tensor<8xi1>, tensor<8xi1>, tensor<8xi1>) {
  %eq = arith.cmpi eq, %x, %y : tensor<8xi8>
  %ne = arith.cmpi ne, %x, %y : tensor<8xi8>
  %slt = arith.cmpi slt, %x, %y : tensor<8xi8>
  %sle = arith.cmpi sle, %x, %y : tensor<8xi8>
  %sgt = arith.cmpi sgt, %x, %y : tensor<8xi8>
  %sge = arith.cmpi sge, %x, %y : tensor<8xi8>
  %ult = arith.cmpi ult, %x, %y : tensor<8xi8>
  %ule = arith.cmpi ule, %x, %y : tensor<8xi8>
  %ugt = arith.cmpi ugt, %x, %y : tensor<8xi8>
  %uge = arith.cmpi uge, %x, %y : tensor<8xi8>
  return %eq, %ne, %slt, %sle, %sgt, %sge, %ult, %ule, %ugt, %uge : tensor<8xi1>, tensor<8xi1>, tensor<8xi1>, tensor<8xi1>, tensor<8xi1>, tensor<8xi1>, tensor<8xi1>, tensor<8xi1>, tensor<8xi1>, tensor<8xi1>
}

func.func @bytes_wrap(%x: tensor<6xi8>, %y: tensor<6xi8>) -> (tensor<6xi8>, tensor<6xi8>, tensor<6xi8>) {
  %a = arith.addi %x, %y : tensor<6xi8>
  %m = arith.muli %x, %y : tensor<6xi8>
  %n = math.absi %x : tensor<6xi8>
  return %a, %m, %n : tensor<6xi8>, tensor<6xi8>, tensor<6xi8>
}

func.func @counted_bits(%x: tensor<5xi32>) -> (tensor<5xi32>, tensor<5xi32>, tensor<5xi32>) {
  %p = math.ctpop %x : tensor<5xi32>
  %l = math.ctlz %x : tensor<5xi32>
  %t = math.cttz %x : tensor<5xi32>
  return %p, %l, %t : tensor<5xi32>, tensor<5xi32>, tensor<5xi32>
}

func.func @half_words_shifted(%x: tensor<4xi16>) -> tensor<4xi16> {
  %three = arith.constant dense<3> : tensor<4xi16>
  %r = arith.shrui %x, %three : tensor<4xi16>
  return %r : tensor<4xi16>
}

// What is compared how, as a string.
func.func @above_zero(%x: tensor<5xi8>) -> tensor<5xi1> {
  %zero = arith.constant dense<0> : tensor<5xi8>
  %r = arith.cmpi "sgt", %x, %zero : tensor<5xi8>
  return %r : tensor<5xi1>
}
