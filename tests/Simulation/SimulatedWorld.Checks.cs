using Grains.Jobs;
using Grains.Quotas;
using Grains.Racks;
using Grains.Storage;
using Simulation.Shadow;

namespace Simulation;

/// <content>What must hold when nothing is under way, in every world.</content>
internal abstract partial class SimulatedWorld
{
    protected void Check(string when, IReadOnlyList<string> wrong)
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
    protected virtual IReadOnlyList<string> Check() => [.. CheckReadBack(), .. AtRest.Check([.. _accepted.Keys]), .. ReplayCheck.Check(Medium, Pool)];

    /// <summary>I18: what the journals give when they are read back is what the grains have.</summary>
    protected List<string> CheckReadBack()
    {
        List<string> wrong = [];
        Cluster.Run(async () =>
        {
            await PoolGrain.Audit();
            var journals = new ReadBack(Medium, Shadow, Cluster.Time);
            var clocksJump = Scenario.Ops.Any(o => o is Op.ClockJump);
            wrong.AddRange(await journals.Pool(() => Seen.Pool!.Machine, clocksJump));
            foreach (var id in await PoolGrain.ListRacks(null, 100))
            {
                wrong.AddRange(await journals.Rack(id, () => Client.GetGrain<IRackGrain>(id.Value).GetView()));
            }

            await Client.GetGrain<IQuotaGrain>("c").GetCharges();
            wrong.AddRange(await journals.Quota(() => Seen.Quota!.Tree, "c", clocksJump));
        });
        return wrong;
    }

    /// <summary>Jobs that have not ended.</summary>
    protected List<JobIndexRow> Live() => AtRest.Rows(includeEnded: false);
}
