using Grains;
using Grains.Quotas;
using Scheduling.Model;
using Scheduling.Quotas;

namespace Simulation.Planted;

/// <summary>Asks for less than nothing, as a charge and as a setting, and notes when it gets it (I3).</summary>
internal sealed class HostileCaller(SimulatedWorld world) : IChecker
{
    private int _asked;

    public void Before(Op op)
    {
        if (op is Op.Submit && ++_asked % 5 == 0)
        {
            _ = world.Cluster.Start(_asked % 10 == 0 ? Charge : Set);
        }
    }

    private async Task Charge()
    {
        var attempt = new AttemptId(new JobId($"less-{_asked}"), 1);
        var answer = await world.Cluster.Client.GetGrain<IQuotaGrain>("c").Charge(new ChargeBatch
        {
            Pool = World.Pool,
            Charges = [new QuotaCharge { Attempt = attempt, Path = new QuotaPath("c/t0/u"), Amounts = [new ResourceAmount(ResourceNames.Gpu, -8000)], Plan = 1 }],
        });
        if (answer.Refusals[0] is null)
        {
            world.Seen.Record($"I3: {attempt} is granted less than nothing");
        }
    }

    private async Task Set()
    {
        var grain = world.Cluster.Client.GetGrain<IQuotaGrain>("c");
        var caller = new Caller { Tenant = null, User = "eve", Roles = CallerRoles.Admin };
        var version = (await grain.GetTree(caller, new QuotaPath("c")))?.Version ?? 0;
        var answer = await grain.SetQuota(caller, new QuotaPath("c/less"), new QuotaSpec { Nominal = [new ResourceAmount(ResourceNames.Gpu, -8000)] }, version);
        if (answer.Outcome is not (Outcome.Invalid or Outcome.PreconditionFailed))
        {
            world.Seen.Record($"I3: a nominal of less than nothing is {answer.Outcome}");
        }
    }
}
