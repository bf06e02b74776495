using Scheduling.Model;

namespace Scheduling.Pools;

/// <content>Workers that got another node while they run: their rack decides that, and the pool follows.</content>
public sealed partial class PoolMachine
{
    private readonly HashSet<PoolAttempt> _movedAttempts = [];

    /// <summary>Attempts of which workers are on other nodes than before; each answered once. Whoever runs them is to hear of it.</summary>
    public IReadOnlyList<PoolAttempt> TakeMoved()
    {
        if (_movedAttempts.Count == 0)
        {
            return [];
        }

        var taken = _movedAttempts.OrderBy(a => a.Plan).ToList();
        _movedAttempts.Clear();
        return taken;
    }

    /// <summary>What was promised to somebody else of those nodes is not to be had any more.</summary>
    private void Follow(RackId rack, IReadOnlyList<(PoolAttempt Attempt, int Slot)> moved)
    {
        foreach (var (attempt, slot) in moved)
        {
            attempt.Leaving = [];
            _movedAttempts.Add(attempt);
            foreach (var claim in _promises.Values.Where(c => c.Target.Racks.Any(s => s.Rack == rack && s.Workers.Any(w => w.Slot == slot))).ToList())
            {
                DropClaim(claim.For);
            }
        }
    }
}
