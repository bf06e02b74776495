using Grains.Jobs;
using Grains.Quotas;
using Grains.Racks;
using Grains.Storage;
using Scheduling.Jobs;
using Scheduling.Model;
using Simulation.Shadow;

namespace Simulation;

/// <content>What must hold when nothing is under way.</content>
internal sealed partial class World
{
    private void Check(string when, IReadOnlyList<string> wrong)
    {
        foreach (var checker in _checkers)
        {
            checker.AtRest(when);
        }

        foreach (var what in wrong.Except(Seen.Broken).ToList())
        {
            Seen.Record($"{what} ({when})");
        }

        Seen.StopIfBroken();
    }

    /// <summary>What is found wrong at rest; empty is what it should be.</summary>
    private IReadOnlyList<string> Check() => [.. CheckReadBack(), .. _atRest.Check([.. _accepted.Keys]), .. ReplayCheck.Check(Medium, Pool)];

    /// <summary>I18: what the journals give when they are read back is what the grains have.</summary>
    private List<string> CheckReadBack()
    {
        List<string> wrong = [];
        Cluster.Run(async () =>
        {
            await PoolGrain.Audit();
            var journals = new ReadBack(Medium, Shadow);
            wrong.AddRange(await OfOneMoment(() => journals.Pool(Seen.Pool!.Machine)));
            foreach (var id in await PoolGrain.ListRacks(null, 100))
            {
                wrong.AddRange(await journals.Rack(id, () => Client.GetGrain<IRackGrain>(id.Value).GetView()));
            }

            await Client.GetGrain<IQuotaGrain>("c").GetCharges();
            wrong.AddRange(await OfOneMoment(() => journals.Quota(Seen.Quota!.Tree, "c")));
        });
        return wrong;

        // What quota refuses is planned again now and then, and memory is ahead of the journal while that is being written: what differs for good differs again.
        async Task<IEnumerable<string>> OfOneMoment(Func<Task<IEnumerable<string>>> compare)
        {
            var found = (await compare()).ToList();
            for (var look = 1; found.Count > 0 && look < 20; look++)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(37), Cluster.Time);
                found = [.. await compare()];
            }

            return found;
        }
    }

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
    private IReadOnlyList<string> CheckEmpty() => _atRest.CheckEmpty();

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

    private List<JobIndexRow> Live() => _atRest.Rows(includeEnded: false);
}
