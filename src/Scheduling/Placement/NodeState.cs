using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Scheduling.Placement;

/// <summary>What one node has left. 32 bytes, so that taking a worker is one vector subtraction.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NodeState
{
    /// <summary>A bit per GPU that nobody uses.</summary>
    public ulong Free;

    /// <summary>A bit per GPU that fractional workers share.</summary>
    public ulong Shared;

    /// <summary>Thousandths of a core. Negative when the node shrank under its workers.</summary>
    public long Cpu;

    /// <summary>MiB.</summary>
    public long Memory;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Subtract(ref NodeState state, in NodeState amount) => Vector(ref state) -= Vector(ref Unsafe.AsRef(in amount));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(ref NodeState state, in NodeState amount) => Vector(ref state) += Vector(ref Unsafe.AsRef(in amount));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Same(ref NodeState a, ref NodeState b) => Vector(ref a) == Vector(ref b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref Vector256<long> Vector(ref NodeState state) => ref Unsafe.As<NodeState, Vector256<long>>(ref state);
}
