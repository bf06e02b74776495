using Azure.Core;
using Gateway.Kubernetes.Nodes;
using Scheduling.Model;

namespace Gateway.Azure;

/// <summary>Everything that is wrong with the section, each with what to set.</summary>
internal static class AzureOptionsCheck
{
    private const int MostInOnePlacementGroup = 100;
    private const string SetType = "Microsoft.Compute/virtualMachineScaleSets";

    public static IEnumerable<string> Errors(AzureOptions options)
    {
        if (!Uri.TryCreate(options.Endpoint, UriKind.Absolute, out var endpoint) || endpoint.Scheme != Uri.UriSchemeHttps)
        {
            yield return "Azure:Endpoint must be an https address";
        }

        foreach (var error in options.ScaleSets.SelectMany((s, i) => SetErrors(s, $"Azure:ScaleSets:{i}")).Concat(PoolErrors(options)).Concat(options.Hooks.Errors()))
        {
            yield return error;
        }

        foreach (var error in options.Reconcile.Errors())
        {
            yield return $"Azure:Reconcile: {error}";
        }

        foreach (var twice in options.ScaleSets.GroupBy(s => s.Id, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1))
        {
            yield return $"Azure:ScaleSets names {twice.Key} twice: a set belongs to one pool";
        }
    }

    private static IEnumerable<string> SetErrors(AzureScaleSet set, string at)
    {
        (bool IsWrong, string Error)[] checks =
        [
            (!IsSetId(set.Id), $"{at}:Id must be the resource id of a scale set, /subscriptions/…/virtualMachineScaleSets/…"),
            (set.Pool.Length == 0, $"{at}:Pool must name a pool"),
            (set.Ceiling is < 0 or > 1000, $"{at}:Ceiling must be from 0 to 1000, Azure's limit of a set"),
            (set.SinglePlacementGroup && set.Ceiling > MostInOnePlacementGroup, $"{at}:Ceiling must be at most {MostInOnePlacementGroup}: Azure's limit of a single placement group"),
            (set.Sku.Length == 0, $"{at}:Sku must be set"),
            (set.Location.Length == 0, $"{at}:Location must be set"),
            (set.RackSize is < 1 or > 64, $"{at}:RackSize must be from 1 to 64"),
            (set.Spares < 0 || set.Spares >= Math.Max(1, set.RackSize), $"{at}:Spares must be fewer than a rack has"),
            (set.OverProvision is < 0 or > 1 || double.IsNaN(set.OverProvision), $"{at}:OverProvision must be from 0 to 1"),
            (set.PricePerHour < 0, $"{at}:PricePerHour must not be negative"),
            (set.Cores < 0, $"{at}:Cores must not be negative"),
            (set.Node.Gpus is < 0 or > 64, $"{at}:Node:Gpus must be from 0 to 64"),
            (set.Node.Gpus > 0 && set.Node.GpuModel.Length == 0, $"{at}:Node:GpuModel must name the model"),
            (set.Node.Extended.Count > ExtendedResources.MaxPerNode, $"{at}:Node:Extended must name at most {ExtendedResources.MaxPerNode} resources"),
            (set.Node.Extended.Any(e => !ExtendedAmounts.Counts(e.Key) || !(Quantities.Parse(e.Value) > 0)), $"{at}:Node:Extended must name resources beside CPU, memory and GPUs, each with an amount like 8 or 400Gi"),
            (set.Node.CpuMilli <= 0 || set.Node.MemoryMiB <= 0, $"{at}:Node:CpuMilli and Node:MemoryMiB must be what a node offers"),
        ];
        return checks.Where(c => c.IsWrong).Select(c => c.Error);
    }

    private static IEnumerable<string> PoolErrors(AzureOptions options)
    {
        foreach (var (name, pool) in options.Pools)
        {
            (bool IsWrong, string Error)[] checks =
            [
                (options.ScaleSets.All(s => s.Pool != name), $"Azure:Pools:{name} has no scale set"),
                (pool.MaxMachines < 0, $"Azure:Pools:{name}:MaxMachines must not be negative"),
                (pool.MaxCostPerHour < 0, $"Azure:Pools:{name}:MaxCostPerHour must not be negative"),
                (pool.MaxCostPerHour is not null && options.ScaleSets.Any(s => s.Pool == name && s.PricePerHour == 0), $"Azure:Pools:{name}:MaxCostPerHour needs a PricePerHour of each of its sets"),
                (pool.MaxDeletionsPerTenMinutes < 1, $"Azure:Pools:{name}:MaxDeletionsPerTenMinutes must be at least 1"),
                (pool.IdleAfter < TimeSpan.FromSeconds(10), $"Azure:Pools:{name}:IdleAfter must be at least 10 s"),
                (pool.KeepForGang < TimeSpan.Zero || pool.KeepForGang > TimeSpan.FromDays(1), $"Azure:Pools:{name}:KeepForGang must be from 0 to 1 day"),
                (pool.GiveUpAfter < TimeSpan.Zero || pool.GiveUpAfter > TimeSpan.FromDays(1), $"Azure:Pools:{name}:GiveUpAfter must be from 0 to 1 day"),
                (pool.ReplaceAfter < TimeSpan.Zero || pool.ReplaceAfter > TimeSpan.FromDays(30), $"Azure:Pools:{name}:ReplaceAfter must be from 0 to 30 days"),
                (pool.Warm.Any(w => w.Machines < 1), $"Azure:Pools:{name}:Warm must keep at least one machine by each rule"),
            ];
            foreach (var (_, error) in checks.Where(c => c.IsWrong))
            {
                yield return error;
            }
        }
    }

    private static bool IsSetId(string id)
    {
        try
        {
            return new ResourceIdentifier(id).ResourceType == new ResourceType(SetType);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            return false;
        }
    }
}
