using System.Collections.Concurrent;
using Gateway.Backends;
using Scheduling.Scaling;

namespace Gateway.Azure;

/// <summary>
/// What the reconcilers of this process saw last, and how they and the planners wake each other. It only makes things quicker: what counts is in
/// the grains and in the cloud.
/// </summary>
internal sealed class ScaleBoard
{
    private readonly ConcurrentDictionary<string, SeenSet> _seen = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, Wake> _sets = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, Wake> _planners = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Null: it was not read yet.</summary>
    public SeenSet? Find(string set) => _seen.GetValueOrDefault(set);

    /// <summary>Of the set's reconciler: another number is wanted, or something happened to it.</summary>
    public Wake WakeOf(string set) => _sets.GetOrAdd(set, _ => new Wake());

    /// <summary>The planner of the set's pool is told what becomes of it.</summary>
    public void Follow(string set, Wake planner) => _planners[set] = planner;

    public void Saw(string set, ScaleSetReading reading) => _seen[set] = new SeenSet(reading, IsSettled: !reading.IsUpdating);

    /// <summary>The cloud is asked to change it: what was read is no longer all there is to know.</summary>
    public void Changes(string set)
    {
        if (_seen.TryGetValue(set, out var seen))
        {
            _seen[set] = seen with { IsSettled = false };
        }
    }

    /// <summary>The cloud said no.</summary>
    public void Failed(string set)
    {
        if (_planners.TryGetValue(set, out var planner))
        {
            planner.Now();
        }
    }
}

/// <summary>A reading.</summary>
/// <param name="Reading">As it was.</param>
/// <param name="IsSettled">Nothing was under way then, nor has anything been begun since.</param>
internal sealed record SeenSet(ScaleSetReading Reading, bool IsSettled);
