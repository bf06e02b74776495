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

    /// <summary>Protections a second, of all sets together: a subscription has ten writes a second, and capacity needs most of them.</summary>
    private const int ProtectionsPerSecond = 4;
    private const int ProtectionsAtOnce = 16;

    /// <summary>Reads a second that nothing waits for, of all sets together, where few are left.</summary>
    private const int TurnsPerSecond = 3;

    private readonly Lock _pace = new();
    private long _nextProtection = long.MinValue;
    private long _nextTurn = long.MinValue;

    /// <summary>False: enough was written lately, of whatever sets.</summary>
    public bool MayProtect(TimeProvider time)
    {
        lock (_pace)
        {
            var (now, each) = (time.GetTimestamp(), time.TimestampFrequency / ProtectionsPerSecond);
            if (_nextProtection > now)
            {
                return false;
            }

            _nextProtection = Math.Max(_nextProtection, now - (each * ProtectionsAtOnce)) + each;
            return true;
        }
    }

    /// <summary>When whoever asks may read although few reads are left: one after the other, in the order in which they ask. The time's stamp.</summary>
    public long TurnToRead(TimeProvider time)
    {
        lock (_pace)
        {
            _nextTurn = Math.Max(_nextTurn, time.GetTimestamp()) + (time.TimestampFrequency / TurnsPerSecond);
            return _nextTurn;
        }
    }

    /// <summary>Null: it was not read yet.</summary>
    public SeenSet? Find(string set) => _seen.GetValueOrDefault(set);

    /// <summary>Of the set's reconciler: another number is wanted, or something happened to it.</summary>
    public Wake WakeOf(string set) => _sets.GetOrAdd(set, _ => new Wake());

    /// <summary>The planner of the set's pool is told what becomes of it.</summary>
    public void Follow(string set, Wake planner) => _planners[set] = planner;

    /// <summary>Machines that were not there before are somebody's: the planner says whose before they join.</summary>
    public void Saw(string set, ScaleSetReading reading)
    {
        var before = _seen.GetValueOrDefault(set)?.Reading.Instances.Select(i => i.Id).ToHashSet(StringComparer.Ordinal);
        _seen[set] = new SeenSet(reading, IsSettled: !reading.IsUpdating);
        if (before is not null && reading.Instances.Any(i => !before.Contains(i.Id)) && _planners.TryGetValue(set, out var planner))
        {
            planner.Now();
        }
    }

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
