using System.Collections.Immutable;

namespace Scheduling.Model;

/// <summary>
/// The newest ended plan of each attempt, for the last <paramref name="capacity"/> attempts: a message of a plan that comes after its
/// own end (delayed, or sent twice) must not take anything.
/// </summary>
internal sealed class EndedPlans(int capacity)
{
    private readonly Dictionary<AttemptId, long> _plans = [];
    private readonly Queue<AttemptId> _order = new();

    public bool Contains(PlanRef plan) => _plans.TryGetValue(plan.Attempt, out var newest) && plan.Plan <= newest;

    public void Add(PlanRef plan)
    {
        if (_plans.TryGetValue(plan.Attempt, out var newest))
        {
            _plans[plan.Attempt] = Math.Max(newest, plan.Plan);
            return;
        }

        _plans.Add(plan.Attempt, plan.Plan);
        _order.Enqueue(plan.Attempt);
        if (_order.Count > capacity)
            _plans.Remove(_order.Dequeue());
    }

    /// <summary>Oldest first.</summary>
    public ImmutableArray<PlanRef> ToArray() => [.. _order.Select(a => new PlanRef(a, _plans[a]))];
}
