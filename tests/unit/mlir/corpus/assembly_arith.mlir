func.func @integers(%i: i32, %j: index, %t: tensor<?x4xi8>) {
  %0 = arith.addi %i, %i : i32
  %1 = arith.subi %i, %i overflow<nsw> : i32
  %2 = arith.muli %i, %i overflow<nsw, nuw> : i32
  %3 = arith.shli %i, %i overflow<nuw> : i32
  %4 = arith.shrsi %i, %i : i32
  %5 = arith.shrui %i, %i exact : i32
  %6 = arith.divsi %i, %i exact : i32
  %7 = arith.divui %i, %i : i32
  %8 = arith.ceildivsi %i, %i : i32
  %9 = arith.ceildivui %i, %i : i32
  %10 = arith.floordivsi %i, %i : i32
  %11 = arith.remsi %i, %i : i32
  %12 = arith.remui %i, %i : i32
  %13 = arith.andi %i, %i : i32
  %14 = arith.ori %i, %i : i32
  %15 = arith.xori %i, %i : i32
  %16 = arith.maxsi %i, %i : i32
  %17 = arith.maxui %i, %i : i32
  %18 = arith.minsi %i, %i : i32
  %19 = arith.minui %i, %i : i32
  %20 = arith.addi %t, %t {my.hint} : tensor<?x4xi8>
  %21 = arith.muli %j, %j : index
  %sum, %overflow = arith.addui_extended %i, %i : i32, i1
  %difference, %borrow = arith.subui_extended %t, %t : tensor<?x4xi8>, tensor<?x4xi1>
  %low, %high = arith.mulsi_extended %i, %i : i32
  %ulow, %uhigh = arith.mului_extended %t, %t : tensor<?x4xi8>
  return
}
// -----
func.func @floats(%a: f32, %t: tensor<?x4xbf16>) {
  %0 = arith.addf %a, %a : f32
  %1 = arith.subf %a, %a fastmath<nnan> : f32
  %2 = arith.mulf %a, %a fastmath<nnan,ninf> : f32
  %3 = arith.divf %a, %a fastmath<fast> : f32
  %4 = arith.remf %a, %a : f32
  %5 = arith.maximumf %a, %a : f32
  %6 = arith.minimumf %a, %a : f32
  %7 = arith.maxnumf %a, %a : f32
  %8 = arith.minnumf %a, %a : f32
  %9 = arith.maximumnumf %a, %a : f32
  %10 = arith.minimumnumf %a, %a : f32
  %11 = arith.negf %a fastmath<reassoc, contract> {my.hint = 3 : i8} : f32
  %12 = arith.addf %t, %t : tensor<?x4xbf16>
  %13 = arith.flush_denormals %a : f32
  return
}
// -----
func.func @comparisons(%a: f32, %i: i32, %t: tensor<?x4xf32>, %n: tensor<2xi8>) {
  %0 = arith.cmpf false, %a, %a : f32
  %1 = arith.cmpf oeq, %a, %a : f32
  %2 = arith.cmpf ogt, %a, %a fastmath<nnan> : f32
  %3 = arith.cmpf ueq, %t, %t : tensor<?x4xf32>
  %4 = arith.cmpf true, %a, %a : f32
  %5 = arith.cmpf "uno", %a, %a : f32
  %6 = arith.cmpi eq, %i, %i : i32
  %7 = arith.cmpi "slt", %i, %i : i32
  %8 = arith.cmpi uge, %n, %n : tensor<2xi8>
  %9 = arith.select %1, %a, %a : f32
  %10 = arith.select %3, %t, %t : tensor<?x4xi1>, tensor<?x4xf32>
  %11 = arith.select %1, %t, %t : tensor<?x4xf32>
  %12 = arith.select %1, %t, %t : i1, tensor<?x4xf32>
  return
}
// -----
func.func @casts(%a: f32, %i: i32, %j: index, %t: tensor<?x4xf32>, %n: tensor<2xi8>) {
  %0 = arith.extf %a : f32 to f64
  %1 = arith.extf %a fastmath<contract> : f32 to f64
  %2 = arith.truncf %a : f32 to f16
  %3 = arith.truncf %a to_nearest_even : f32 to f16
  %4 = arith.truncf %a upward fastmath<fast> : f32 to f16
  %5 = arith.truncf %t {my.hint} : tensor<?x4xf32> to tensor<?x4xbf16>
  %6 = arith.extsi %i : i32 to i64
  %7 = arith.extui %i : i32 to i64
  %8 = arith.extui %n nneg : tensor<2xi8> to tensor<2xi32>
  %9 = arith.trunci %i : i32 to i8
  %10 = arith.trunci %i overflow<nsw> : i32 to i8
  %11 = arith.sitofp %i : i32 to f32
  %12 = arith.uitofp %i nneg : i32 to f32
  %13 = arith.fptosi %a : f32 to i32
  %14 = arith.fptoui %a : f32 to i32
  %15 = arith.index_cast %j : index to i64
  %16 = arith.index_castui %i : i32 to index
  %17 = arith.bitcast %t : tensor<?x4xf32> to tensor<?x4xi32>
  return
}
// -----
func.func @constants() {
  %0 = arith.constant 0 : index
  %1 = arith.constant -128 : i8
  %2 = arith.constant 255 : i8
  %3 = arith.constant true
  %4 = arith.constant false
  %5 = arith.constant 1.5 : f32
  %6 = arith.constant 1.5
  %7 = arith.constant 7
  %8 = arith.constant 0x7FC00000 : f32
  %9 = arith.constant 0xFF800000 : f32
  %10 = arith.constant -0.0 : f64
  %11 = arith.constant {my.hint = 1} dense<[1.0, 2.0]> : tensor<2xf32>
  %12 = arith.constant dense<"0x0000803F00000040"> : tensor<2xf32>
  %14 = arith.constant dense<[[true, false], [false, true]]> : tensor<2x2xi1>
  %15 = arith.constant dense<> : tensor<0xf32>
  %16 = arith.constant dense<3.0> : tensor<f16>
  %17 = arith.constant dense_resource<blob> : tensor<2xf32>
  return
}
{-#
  dialect_resources: { builtin: { blob: "0x040000000000803F00000040" } }
#-}
