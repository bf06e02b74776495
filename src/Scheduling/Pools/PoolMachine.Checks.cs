using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Quotas;

namespace Scheduling.Pools;

/// <content>What may never be decided, asked once more of the attempts themselves: whoever decided it is not asked.</content>
public sealed partial class PoolMachine
{
    /// <summary>
    /// I9: whoever is to leave for a better claim has run for its minimum, has not been evicted too often, and has the worse claim; and no job
    /// clears the pool again and again.
    /// </summary>
    private void CheckVictims(PoolAttempt head, ImmutableArray<AttemptId> victims, ImmutableArray<QuotaBorrower> borrowers)
    {
        var caused = _evictions.Caused(head.Id.Job) + victims.Length;
        Invariant.Holds(caused <= Policy.Limits.MaxEvictionsCaused, "I9", $"{head.Id.Job} would have caused {caused} evictions");
        foreach (var id in victims)
        {
            var victim = Find(id);
            Invariant.Holds(victim is { Stage: AttemptStage.Running }, "I9", $"{id} is to leave for {head.Id} and does not run");
            Invariant.Holds(_clock - victim.CommittedAt >= MinRuntimeOf(victim), "I9", $"{id} is to leave for {head.Id} after {_clock - victim.CommittedAt}");
            Invariant.Holds(
                _evictions.Suffered(id.Job, _clock) < Policy.Limits.MaxEvictions, "I9", $"{id} is to leave for {head.Id} and was evicted {_evictions.Suffered(id.Job, _clock)} times");
            Invariant.Holds(
                victim.Spec.IsOpportunistic || victim.Spec.Priority < head.Spec.Priority || IsBorrowing(victim) || borrowers.Any(b => Preemption.PreemptionRules.Borrows(victim.Spec.Quota, b)),
                "I9", $"{id} is to leave for {head.Id}, whose claim is no better");
        }
    }

    /// <summary>I10: a gang that requires a rack, or less, is in one rack.</summary>
    private static bool IsWithinItsDomain(TopologyRule rule, GangPlacement placement) =>
        !rule.Required.IsTighterThan(TopologyLevel.Block) || placement.Racks.All(r => r.Rack == placement.Racks[0].Rack);
}
