using System.Globalization;
using Gateway.Backends;
using Gateway.Hollow;
using Microsoft.Extensions.Options;
using Scheduling.Model;

namespace Gateway.Tests.Hollow;

public sealed class InventoryTests
{
    private const string Header = "sn,cpu_milli,memory_mib,gpu,model\n";

    [Fact]
    public async Task The_openb_nodes_always_make_the_same_racks()
    {
        var inventory = await Source(RepoFile.Path("tests/data/openb/openb_node_list_gpu_node.csv"));
        var lines = inventory.Racks.Select(r => string.Create(
            CultureInfo.InvariantCulture,
            $"{r.Rack} {r.Block} {r.Nodes.Length} x {r.Nodes[0].GpuModel} {r.Nodes[0].Gpus} GPU {r.Nodes[0].CpuMilli} m {r.Nodes[0].MemoryMiB} MiB {r.Nodes[0].Name}..{r.Nodes[^1].Name}"));
        var golden = RepoFile.Path("tests/Gateway.Tests/Hollow/Golden/openb_racks.txt");
        Assert.Equal(await File.ReadAllLinesAsync(golden), lines);
    }

    [Fact]
    public async Task Racks_are_of_one_shape_and_blocks_of_one_model_and_no_node_is_lost()
    {
        var inventory = await Source(RepoFile.Path("tests/data/openb/openb_node_list_gpu_node.csv"));
        Assert.Equal(["openb"], inventory.Pools.Select(p => p.Value));
        Assert.Equal(1213, inventory.Racks.SelectMany(r => r.Nodes).Select(n => n.Name).Distinct().Count());
        Assert.Equal(6212, inventory.Racks.SelectMany(r => r.Nodes).Sum(n => n.Gpus));
        Assert.All(inventory.Racks, r => Assert.InRange(r.Nodes.Length, 1, 32));
        Assert.All(inventory.Racks, r => Assert.Single(r.Nodes.Select(n => (n.GpuModel, n.Gpus, n.CpuMilli, n.MemoryMiB)).Distinct()));
        Assert.All(inventory.Racks.GroupBy(r => r.Block), b => Assert.InRange(b.Count(), 1, 16));
        Assert.All(inventory.Racks.GroupBy(r => r.Block), b => Assert.Single(b.Select(r => r.Nodes[0].GpuModel).Distinct()));
    }

    [Fact]
    public async Task A_synthetic_cluster_has_the_nodes_and_gpus_that_were_asked_for()
    {
        var inventory = await Source("synthetic:7500x8");
        Assert.Equal(235, inventory.Racks.Length);
        Assert.Equal(15, inventory.Racks.Select(r => r.Block).Distinct().Count());
        Assert.Equal(60_000, inventory.Racks.SelectMany(r => r.Nodes).Sum(n => n.Gpus));
        var last = inventory.Racks.Single(r => r.Rack.Value == "openb/h100-r235");
        Assert.Equal((12, "h100-b15", "node-07500"), (last.Nodes.Length, last.Block, last.Nodes[^1].Name.Value));
    }

    [Fact]
    public void Pools_blocks_racks_labels_and_taints_of_the_inventory_are_kept()
    {
        var racks = Racks("sn,cpu_milli,memory_mib,gpu,model,pool,block,rack,labels,taints\n"
            + "b,8000,100,1,T4,gpu-a,blk,r1,zone=1;disk=ssd,gpu=only\n"
            + "a,8000,100,1,T4,gpu-a,blk,r1,,\n"
            + "c,8000,100,0,,,,,,\n");
        Assert.Equal(["gpu-a/r1", "openb/cpu-r01"], racks.Select(r => r.Rack.Value));
        Assert.Equal(["b", "a"], racks[0].Nodes.Select(n => n.Name.Value));
        Assert.Equal("blk", racks[0].Block);
        Assert.Equal([new Label("zone", "1"), new Label("disk", "ssd")], racks[0].Nodes[0].Labels);
        Assert.Equal([new Label("gpu", "only")], racks[0].Nodes[0].Taints);
        Assert.Equal("cpu-b01", racks[1].Block);
    }

    [Fact]
    public void Domains_tenants_spares_and_parts_of_GPUs_of_the_inventory_are_kept()
    {
        var racks = Racks("sn,cpu_milli,memory_mib,gpu,model,rack,domain,tenants,spares\n"
            + "a,8000,100,8,H100,r1,left,,2\n"
            + "b,8000,100,8,H100,r1,right,acme;beta,2\n"
            + "c,8000,100,56,A100-80GB/1g.10gb,,,,\n");
        var (parts, named) = (racks[0], racks[1]);
        Assert.Equal((2, "left", "right"), (named.Spares, named.Nodes[0].Domain, named.Nodes[1].Domain));
        Assert.Equal([new TenantId("acme"), new TenantId("beta")], named.Nodes[1].Tenants);
        Assert.Equal(("openb/a100-80gb-1g-10gb-r01", 0, "A100-80GB/1g.10gb"), (parts.Rack.Value, parts.Spares, parts.Nodes[0].GpuModel));
    }

    [Fact]
    public void What_nodes_offer_by_name_is_kept()
    {
        var racks = Racks("sn,cpu_milli,memory_mib,gpu,model,extended\na,8000,100,1,T4,rdma/hca=8;ephemeral-storage=400Gi\nb,8000,100,1,T4,\n");
        Assert.Equal([new ExtendedAmount("ephemeral-storage", 409_600), new("rdma/hca", 8)], racks[0].Nodes[0].Extended);
        Assert.Empty(racks[0].Nodes[1].Extended);
    }

    [Fact]
    public async Task A_synthetic_cluster_can_have_racks_with_spares_and_NVLink_domains()
    {
        var racks = (await Source("synthetic:100x8:H100:rack=18:spares=2:domains=2")).Racks;
        Assert.Equal([18, 18, 18, 18, 18, 10], racks.Select(r => r.Nodes.Length));
        Assert.All(racks, r => Assert.Equal(2, r.Spares));
        Assert.Equal(["d1", "d2"], racks[0].Nodes.CountBy(n => n.Domain).Where(d => d.Value == 9).Select(d => d.Key));
    }

    [Fact]
    public void Machines_added_at_the_end_leave_the_others_in_their_racks()
    {
        var rows = Enumerable.Range(0, 40).Select(i => $"n{i:00},8000,100,1,T4\n").ToList();
        var before = Racks(Header + string.Concat(rows.Take(33)));
        var after = Racks(Header + string.Concat(rows));
        Assert.Equal(before[0].Nodes.Select(n => n.Name), after[0].Nodes.Select(n => n.Name));
        Assert.Equal(before[1].Nodes[0].Name, after[1].Nodes[0].Name);
    }

    [Theory]
    [InlineData("sn,cpu_milli,memory_mib,gpu,model,tenants\na,1,1,1,T4,Acme\n", "line 2: tenants has \"Acme\"")]
    [InlineData("sn,cpu_milli,memory_mib,gpu,model,spares\na,1,1,1,T4,-1\n", "line 2: spares is \"-1\"")]
    [InlineData("sn,cpu_milli,memory_mib,gpu,model,extended\na,1,1,1,T4,rdma/hca=many\n", "line 2: extended has \"rdma/hca=many\"")]
    [InlineData("sn,cpu_milli,memory_mib,gpu,model,extended\na,1,1,1,T4,cpu=1\n", "line 2: extended has \"cpu=1\"")]
    [InlineData("sn,cpu_milli,memory_mib,gpu,model\na,1,1,1,T4/1g/x\n", "line 2: model is \"T4/1g/x\"")]
    [InlineData("sn,cpu_milli,memory_mib,gpu\n", "line 1: column \"model\" is missing")]
    [InlineData("sn,cpu_milli,memory_mib,gpu,model,colour\n", "line 1: unknown column \"colour\"")]
    [InlineData("sn,sn,cpu_milli,memory_mib,gpu,model\n", "line 1: column \"sn\" stands twice")]
    [InlineData(Header + "a,1,1,1,T4\nb,1,1,1\n", "line 3: 4 fields, but the header has 5")]
    [InlineData(Header + "a,-1,1,1,T4\n", "line 2: cpu_milli is \"-1\"")]
    [InlineData(Header + "a,1,NaN,1,T4\n", "line 2: memory_mib is \"NaN\"")]
    [InlineData(Header + "a,1,1,65,T4\n", "line 2: gpu is \"65\"")]
    [InlineData(Header + "a,99999999999999999999,1,1,T4\n", "line 2: cpu_milli is")]
    [InlineData(Header + "a,1,1,1,\n", "line 2: model is \"\": write a GPU model")]
    [InlineData(Header + "A b,1,1,1,T4\n", "line 2: sn is \"A b\"")]
    [InlineData(Header + "a,1,1,1,T4\na,1,1,1,T4\n", "line 3: node a stands in line 2 already")]
    [InlineData("sn,cpu_milli,memory_mib,gpu,model,labels\na,1,1,1,T4,zone\n", "line 2: labels has \"zone\": write key=value")]
    [InlineData("sn,cpu_milli,memory_mib,gpu,model,rack\na,1,1,1,T4,R/1\n", "line 2: rack is \"R/1\"")]
    public void A_bad_line_is_named_with_its_number_and_what_to_write(string text, string message) =>
        Assert.Contains("nodes.csv: " + message, Assert.Throws<InventoryException>(() => Racks(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void All_bad_lines_are_named_at_once_up_to_ten()
    {
        var text = Header + string.Concat(Enumerable.Range(0, 50).Select(i => $"n{i},x,1,1,T4\n"));
        var message = Assert.Throws<InventoryException>(() => Racks(text)).Message;
        Assert.Contains("line 11:", message, StringComparison.Ordinal);
        Assert.DoesNotContain("line 12:", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Racks_larger_than_a_rack_can_be_or_in_two_blocks_or_named_twice_are_refused()
    {
        const string header = "sn,cpu_milli,memory_mib,gpu,model,block,rack\n";
        Refused(header + string.Concat(Enumerable.Range(0, 65).Select(i => $"n{i},1,1,1,T4,b,r1\n")), "has 65 nodes");
        Refused("sn,cpu_milli,memory_mib,gpu,model,rack,spares\na,1,1,1,T4,r,1\nb,1,1,1,T4,r,2\n", "write the same in every row of a rack");
        Refused(header + "a,1,1,1,T4,x,r1\nb,1,1,1,T4,y,r1\n", "stands in blocks \"x\" and \"y\"");
        Refused(header + "a,1,1,1,T4,x,t4-r01\nb,1,1,1,T4,,\n", "name every row's rack, or none");

        static void Refused(string text, string message) =>
            Assert.Contains(message, Assert.Throws<InventoryException>(() => Racks(text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_an_inventory_error() =>
        await Assert.ThrowsAsync<InventoryException>(() => Source("/nowhere/nodes.csv"));

    private static System.Collections.Immutable.ImmutableArray<RackSpec> Racks(string text) =>
        RackBuilder.Build(InventoryCsv.Read(new StringReader(text), "nodes.csv", "openb"));

    private static Task<ClusterInventory> Source(string inventory) =>
        new InventoryNodeSource(Options.Create(new HollowOptions { Inventory = inventory })).Read(CancellationToken.None);
}
