using Scheduling.Model;
using Scheduling.Order;
using Scheduling.Preemption;

namespace Scheduling.Pools;

/// <content>
/// Long runs give way to much shorter waiting ones of their priority, seldom and within a budget: see <see cref="TurnRule"/>. Only jobs that
/// say how they save their work are asked, so what is lost is a restart.
/// </content>
public sealed partial class PoolMachine
{
    /// <summary>Evictions for one turn: a gang that needs more has to wait for its reservation.</summary>
    private const int MostGivingWay = 16;

    /// <summary>Of today's pools; only who counts as a small job hangs on it.</summary>
    private const int GpusPerNode = 8;

    private bool TryTurn(PoolAttempt head)
    {
        if (!Policy.Preemption || !Policy.TakeTurns || _policy.Turns is not { } rule || !head.Spec.MayPreempt
            || (_clock - head.SubmittedAt).TotalSeconds < rule.Patience)
        {
            return false;
        }

        var turn = _predictor.Turn(head.Features, head.RanBefore);
        // In the order of their plans: the longest running are looked at, and asked, first.
        var giving = _active.InOrder.Where(a => a.Spec.Checkpoint is not null).Take(MostRunningSeen).Where(a => GivesWay(rule, a, head, turn)).ToList();
        if (giving.Count == 0)
        {
            return false;
        }

        var own = ReservationOf(head);
        var options = new PreemptionOptions { Now = _clock, Pricing = Policy.Pricing, MaxVictims = MostGivingWay };
        return FindVictims(head, own, () => [.. AsVictims(giving)], options) is { } plan && PromiseRoom(head, plan, own);
    }

    private bool GivesWay(TurnRule rule, PoolAttempt attempt, PoolAttempt head, double turn)
    {
        if (attempt is not { Stage: AttemptStage.Running, StopWanted: false, EvictedFor: null, Spec.Checkpoint: not null }
            || attempt.Spec.Priority > head.Spec.Priority || IsEndless(attempt.Spec) || attempt.Id.Job == head.Id.Job
            || _clock - attempt.CommittedAt < MinRuntimeOf(attempt))
        {
            return false;
        }

        var running = new RunningTurn(
            attempt.Features.Gpus, SecondsOf(attempt.CommittedAt), attempt.GaveWay, _predictor.Turn(attempt.Features, RanBy(attempt, _clock)), Aged: false);
        return rule.MayStop(running, SecondsOf(_clock), GpusPerNode, Capacity.Gpus) && rule.GivesWay(running, head.Features.Gpus, turn, waitingAged: false);
    }
}
