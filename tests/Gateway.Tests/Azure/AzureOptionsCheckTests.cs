using Gateway.Azure;

namespace Gateway.Tests.Azure;

/// <summary>What a section "Azure" may not say, and what it is told then.</summary>
public sealed class AzureOptionsCheckTests
{
    private readonly AzureScaleSet _set = new()
    {
        Id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/g/providers/Microsoft.Compute/virtualMachineScaleSets/s", Pool = "p", Ceiling = 100, Sku = "Standard_X",
        Location = "westeurope", Cores = 96, PricePerHour = 10, Node = new AzureNode { CpuMilli = 96_000, MemoryMiB = 900_000, Gpus = 8, GpuModel = "H100" },
    };

    private readonly AzurePool _pool = new();

    [Theory]
    [InlineData(true, 100, null)]
    [InlineData(true, 101, "Azure:ScaleSets:0:Ceiling must be at most 100: Azure's limit of a single placement group")]
    [InlineData(false, 101, null)]
    [InlineData(false, 1000, null)]
    [InlineData(false, 1001, "Azure:ScaleSets:0:Ceiling must be from 0 to 1000, Azure's limit of a set")]
    [InlineData(false, -1, "Azure:ScaleSets:0:Ceiling must be from 0 to 1000, Azure's limit of a set")]
    public void A_set_is_no_larger_than_Azure_lets_it_be_and_one_of_a_single_placement_group_than_that(bool isSingle, int ceiling, string? error)
    {
        (_set.SinglePlacementGroup, _set.Ceiling) = (isSingle, ceiling);
        Assert.Equal(error is null ? [] : [error], Errors());
    }

    [Fact]
    public void Each_mistake_in_a_set_is_named_with_its_setting()
    {
        (string Setting, Action<AzureScaleSet> Spoil)[] mistakes =
        [
            ("Id", s => s.Id = "s"),
            ("Id", s => s.Id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/s"),
            ("Pool", s => s.Pool = ""),
            ("Sku", s => s.Sku = ""),
            ("Location", s => s.Location = ""),
            ("RackSize", s => s.RackSize = 0),
            ("RackSize", s => s.RackSize = 65),
            ("Spares", s => s.Spares = -1),
            ("Spares", s => s.Spares = 64),
            ("OverProvision", s => s.OverProvision = 1.1),
            ("OverProvision", s => s.OverProvision = double.NaN),
            ("PricePerHour", s => s.PricePerHour = -1),
            ("Cores", s => s.Cores = -1),
            ("Node:Gpus", s => s.Node.Gpus = 65),
            ("Node:GpuModel", s => s.Node.GpuModel = ""),
            ("Node:CpuMilli", s => s.Node.CpuMilli = 0),
            ("Node:CpuMilli", s => s.Node.MemoryMiB = 0),
        ];
        foreach (var (setting, spoil) in mistakes)
        {
            var test = new AzureOptionsCheckTests();
            spoil(test._set);
            Assert.Contains(test.Errors(), e => e.StartsWith($"Azure:ScaleSets:0:{setting} ", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Each_mistake_in_a_pool_is_named_with_its_setting()
    {
        (string Setting, Action<AzurePool> Spoil)[] mistakes =
        [
            ("MaxMachines", p => p.MaxMachines = -1),
            ("MaxCostPerHour", p => p.MaxCostPerHour = -1),
            ("MaxDeletionsPerTenMinutes", p => p.MaxDeletionsPerTenMinutes = 0),
            ("IdleAfter", p => p.IdleAfter = TimeSpan.FromSeconds(9)),
            ("KeepForGang", p => p.KeepForGang = TimeSpan.FromHours(25)),
            ("GiveUpAfter", p => p.GiveUpAfter = TimeSpan.FromTicks(-1)),
            ("ReplaceAfter", p => p.ReplaceAfter = TimeSpan.FromDays(31)),
            ("Warm", p => p.Warm = [new AzureWarmRule { Machines = 0 }]),
        ];
        foreach (var (setting, spoil) in mistakes)
        {
            var test = new AzureOptionsCheckTests();
            spoil(test._pool);
            Assert.StartsWith($"Azure:Pools:p:{setting} ", Assert.Single(test.Errors()), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_ceiling_on_the_cost_needs_the_price_of_each_machine()
    {
        (_pool.MaxCostPerHour, _set.PricePerHour) = (100, 0);
        Assert.Equal(["Azure:Pools:p:MaxCostPerHour needs a PricePerHour of each of its sets"], Errors());
    }

    [Fact]
    public void A_set_belongs_to_one_pool_and_a_pool_that_is_named_has_a_set()
    {
        var other = new AzureScaleSet { Id = _set.Id.ToUpperInvariant(), Pool = "q", Ceiling = 1, Sku = "X", Location = "y", Node = _set.Node };
        var errors = AzureOptionsCheck.Errors(new AzureOptions { ScaleSets = [_set, other], Pools = new() { ["none"] = new() } }).ToList();
        Assert.Equal(["Azure:Pools:none has no scale set", $"Azure:ScaleSets names {_set.Id} twice: a set belongs to one pool"], errors);
    }

    [Fact]
    public void Azure_is_spoken_to_over_https_alone() =>
        Assert.Equal(["Azure:Endpoint must be an https address"], AzureOptionsCheck.Errors(new AzureOptions { Endpoint = "http://management.azure.com", ScaleSets = [_set] }));

    private List<string> Errors() => [.. AzureOptionsCheck.Errors(new AzureOptions { ScaleSets = [_set], Pools = new() { ["p"] = _pool } })];
}
