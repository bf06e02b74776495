using Grains;
using Grains.Nodes;
using Grains.Quotas;
using Scheduling.Jobs;
using Scheduling.Model;
using Scheduling.Quotas;

namespace Simulation;

/// <content>What users and operators change while it runs.</content>
internal sealed partial class World
{
    private void Disturb()
    {
        if (_random.Next(3) == 0 && _accepted.Count > 0)
        {
            ChangeJob(_accepted[_random.Next(_accepted.Count)]);
        }

        if (_random.Next(6) == 0)
        {
            ChangeNode(_random.Next(Racks), _random.Next(NodesPerRack), _random.Next(6));
        }

        if (_random.Next(12) == 0)
        {
            SetQuota(_random.Next(2), _specs.Quota());
        }
    }

    private void ChangeJob(JobId id) => Try(() => _random.Next(8) switch
    {
        0 => Job(id).Cancel(Operator, "sim"),
        1 or 2 => Job(id).Suspend(Operator, "sim"),
        3 or 4 => Job(id).Resume(Operator),
        5 => Job(id).Scale(Operator, _random.Next(5)),
        _ => Job(id).Evict(_random.Next(1, 3), "sim"),
    });

    private void ChangeNode(int rack, int node, int how)
    {
        var spec = Node(rack, node);
        var grain = Client.GetGrain<INodeGrain>(spec.Name.Value);
        Try(async () =>
        {
            switch (how)
            {
                case 0:
                    return await grain.Cordon(Operator, "sim");
                case 1:
                    return await grain.Drain(Operator, "sim");
                case 2 or 3:
                    return await grain.Uncordon(Operator);
                default:
                    await grain.Observe(new NodeObservation { Spec = spec, Rack = RackId.Of(Pool, $"r{rack}"), Ready = how == 4 });
                    return Answer.Done(0);
            }
        });
    }

    private void SetQuota(int team, QuotaSpec spec) => Try(async () =>
    {
        var grain = Client.GetGrain<IQuotaGrain>("c");
        var version = (await grain.GetTree(Operator, new QuotaPath("c")))?.Version ?? 0;
        return await grain.SetQuota(Operator, new QuotaPath($"c/t{team}"), spec, version);
    });

    /// <summary>All nodes work, both teams are owed enough for the largest job, nobody is suspended, and services are of one size.</summary>
    private void Heal(int replicas)
    {
        for (var rack = 0; rack < Racks; rack++)
        {
            for (var node = 0; node < NodesPerRack; node++)
            {
                ChangeNode(rack, node, how: 2);
                ChangeNode(rack, node, how: 4);
            }
        }

        // Refused while more is in use: then it is for the next round.
        var enough = Seed % 2 == 0 ? new QuotaSpec() : new QuotaSpec { Nominal = [new ResourceAmount(ResourceNames.Gpu, 64_000)] };
        SetQuota(0, enough);
        SetQuota(1, enough);
        foreach (var row in Live().Where(r => r.Parent is null))
        {
            if (row.Phase == nameof(JobPhase.Suspended))
            {
                Try(() => Job(row.Job).Resume(Operator));
            }

            if (_services.Contains(row.Job))
            {
                Try(() => Job(row.Job).Scale(Operator, replicas));
            }
        }
    }
}
