using System.Runtime.CompilerServices;

namespace Scheduling;

/// <summary>
/// The switch behind planted bugs. In the product nothing sets <see cref="Switch"/>: then every guard holds, and the compiler drops the question.
/// tests/Simulation sets it, and takes guards away for what runs on its own thread.
/// </summary>
public static class Guards
{
    /// <summary>The runtime setting that lets guards be taken away. For tests/Simulation alone; tests/House.Tests sees to it.</summary>
    public const string Switch = "Scheduling.Planting";

    private static readonly bool IsPlanting = AppContext.TryGetSwitch(Switch, out var on) && on;

    [ThreadStatic]
    private static HashSet<Guard>? _away;

    [ThreadStatic]
    private static long _missed;

    /// <summary>How often a guard that was taken away would have acted on this thread, since the last <see cref="TakeAway"/>.</summary>
    public static long Missed => _missed;

    /// <summary>What was taken away on this thread.</summary>
    public static IReadOnlyCollection<Guard> Away => _away is { } away ? away : [];

    /// <summary>True, always: but for a guard that a test has taken away.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Hold(Guard guard) => !IsPlanting || HoldsHere(guard);

    /// <summary>From now on these do not hold on this thread, and all others do.</summary>
    public static void TakeAway(params IEnumerable<Guard> guards)
    {
        if (!IsPlanting)
        {
            throw new InvalidOperationException($"Guards are taken away only where {Switch} is set.");
        }

        HashSet<Guard> away = [.. guards];
        (_away, _missed) = (away.Count == 0 ? null : away, 0);
    }

    private static bool HoldsHere(Guard guard)
    {
        if (_away?.Contains(guard) != true)
        {
            return true;
        }

        _missed++;
        return false;
    }
}
