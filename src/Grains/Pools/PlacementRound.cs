using Scheduling;
using Scheduling.Pools;
using Scheduling.Quotas;

namespace Grains.Pools;

/// <summary>Where each attempt of a round stands: going forward, committed, to be undone, or in doubt.</summary>
internal sealed class PlacementRound
{
    private readonly List<PoolAttempt> _alive = [];
    private readonly Dictionary<PoolAttempt, QuotaRefusal?> _undone = [];

    public PlacementRound(IEnumerable<PoolAttempt> attempts)
    {
        foreach (var attempt in attempts)
        {
            if (attempt.Undoing && Guards.Hold(Guard.UndoStaysUndo))
            {
                _undone.Add(attempt, null);
            }
            else
            {
                _alive.Add(attempt);
            }
        }
    }

    /// <summary>Still going forward.</summary>
    public IReadOnlyList<PoolAttempt> Alive => [.. _alive.Where(a => !_undone.ContainsKey(a) && !InDoubt.Contains(a))];

    /// <summary>Came to nothing: what they have is to be given back.</summary>
    public IReadOnlyList<PoolAttempt> Undone => [.. _undone.Keys.Where(a => !InDoubt.Contains(a)).OrderBy(a => a.Plan)];

    public List<PoolAttempt> Committed { get; } = [];

    public HashSet<PoolAttempt> InDoubt { get; } = [];

    public void Refuse(PoolAttempt attempt, QuotaRefusal refusal) => _undone[attempt] = refusal;

    public void Fail(PoolAttempt attempt) => _undone.TryAdd(attempt, null);

    public void Withdraw(PoolAttempt attempt) => _undone.Remove(attempt);

    public QuotaRefusal? RefusalOf(PoolAttempt attempt) => _undone.GetValueOrDefault(attempt);

    public void Commit(PoolAttempt attempt) => Committed.Add(attempt);

    public void Doubt(IEnumerable<PoolAttempt> attempts) => InDoubt.UnionWith(attempts);
}
