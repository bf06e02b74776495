using System.Collections.Immutable;
using Azure.Core;
using Gateway.Kubernetes.Nodes;
using Scheduling.Model;
using Scheduling.Scaling;

namespace Gateway.Azure;

/// <summary>Settings in the planner's words.</summary>
internal static class AzureMapper
{
    public static ScaleOffer ToOffer(AzureScaleSet set) => new()
    {
        Set = set.Id,
        Offering = new OfferingKey(set.Sku, set.Zone is { Length: > 0 } zone ? $"{set.Location}-{zone}" : set.Location, set.Spot),
        Ceiling = set.Ceiling,
        Block = set.Block ?? new ResourceIdentifier(set.Id).Name,
        RackSize = set.RackSize,
        Spares = set.Spares,
        CompleteRacks = set.CompleteRacks,
        OverProvision = set.OverProvision,
        PricePerHour = set.PricePerHour,
        CoresPerMachine = set.Cores,
        IsSpot = set.Spot,
        Node = new NodeSpec
        {
            Name = new NodeId(""), CpuMilli = set.Node.CpuMilli, MemoryMiB = set.Node.MemoryMiB, Gpus = set.Node.Gpus, GpuModel = set.Node.GpuModel,
            Labels = ToLabels(set.Node.Labels), Taints = ToLabels(set.Node.Taints), Tenants = [.. set.Node.Tenants.Select(t => new TenantId(t))],
            Extended = ExtendedAmounts.OfferedBy(AmountsOf(set.Node)),
        },
    };

    public static ScaleSetSpec ToSpec(AzureScaleSet set, AzurePool pool) => new()
    {
        Id = set.Id, Pool = new PoolId(set.Pool), Ceiling = set.Ceiling, MaxReturnsPerTenMinutes = pool.MaxDeletionsPerTenMinutes,
    };

    public static ScalePolicy ToPolicy(AzurePool pool) => new()
    {
        MaxMachines = pool.MaxMachines,
        MaxCostPerHour = pool.MaxCostPerHour,
        MaxDeletionsPerTenMinutes = pool.MaxDeletionsPerTenMinutes,
        IdleAfter = pool.IdleAfter,
        KeepForGang = pool.KeepForGang,
        GiveUpAfter = pool.GiveUpAfter,
        Warm =
        [
            .. pool.Warm.Select(w => new WarmRule
            {
                Machines = w.Machines, GpuModel = w.GpuModel, Tenant = w.Tenant is { } tenant ? new TenantId(tenant) : null, Days = [.. w.Days], From = w.From, To = w.To,
            }),
        ],
    };

    private static ResourceAmounts AmountsOf(AzureNode node)
    {
        var amounts = new ResourceAmounts();
        foreach (var (name, quantity) in node.Extended)
        {
            amounts.Add(name, quantity);
        }

        return amounts;
    }

    private static ImmutableArray<Label> ToLabels(Dictionary<string, string> labels) =>
        [.. labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => new Label(l.Key, l.Value))];
}
