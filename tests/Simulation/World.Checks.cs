using Grains.Jobs;
using Scheduling.Jobs;
using Scheduling.Model;

namespace Simulation;

/// <content>What must hold when nothing is under way.</content>
internal sealed partial class World
{
    /// <summary>After <see cref="Finish"/>: only services are left, at the size that was wanted last.</summary>
    private IReadOnlyList<string> CheckFinished()
    {
        List<string> wrong = [];
        foreach (var row in Live().Where(r => r.Parent is null))
        {
            var job = Cluster.Run(() => Job(row.Job).Get(Operator))!;
            if (!IsUp(job))
            {
                var why = Cluster.Run(() => PoolGrain.Explain(Operator, row.Job));
                wrong.Add($"I12: {row.Job} is {job.Phase} at attempt {job.Attempt} ({job.Reason}) with parts {job.Parts}, waits for [{string.Join(',', job.Unmet)}]: {why?.Reason} {why?.Message}");
            }
        }

        return wrong;
    }

    /// <summary>After <see cref="Empty"/>: nothing is left anywhere.</summary>
    private IReadOnlyList<string> CheckEmpty() => AtRest.CheckEmpty();

    /// <summary>I9: attempts that went for another which then neither started nor is promised anything.</summary>
    private IReadOnlyList<string> Wasted()
    {
        List<string> wasted = [];
        foreach (var (victim, preemptor) in Seen.Asked)
        {
            var (job, other) = Cluster.Run(async () => ((await Job(victim.Job).Get(Operator))!, (await Job(preemptor.Job).Get(Operator))!));
            var went = job.Attempt > victim.Number;
            var started = other.Attempt > preemptor.Number || other.PlacedAt is not null || other.Phase.IsEnded();
            if (went && !started && !Seen.Pool!.Machine.Promises.ContainsKey(preemptor))
            {
                wasted.Add($"I9: {victim} went for {preemptor}, which is {other.Phase}: {Seen.Pool.Machine.Explain(preemptor.Job, _ => true)?.Message}");
            }
        }

        return wasted;
    }

    private static bool IsUp(JobView job) =>
        job is { Phase: JobPhase.Running, Spec.Set.Kind: OriginKind.Replica } && job.Parts is { Pending: 0, Suspended: 0 } parts
        && parts.Running == (job.Replicas ?? job.Spec.Set.Count);

    private bool IsFinished() => Live().Where(r => r.Parent is null).All(r => IsUp(Cluster.Run(() => Job(r.Job).Get(Operator))!));
}
