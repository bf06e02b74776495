using System.Collections.Immutable;
using Azure.ResourceManager.Compute;
using Azure.Tests.Contract;
using Azure.Tests.Stub;
using Gateway.Azure;
using Scheduling.Scaling;

namespace Azure.Tests.Client;

public sealed class ArmScaleSetCloudTests
{
    [Theory]
    [InlineData("AllocationFailed", ScaleFailure.Allocation)]
    [InlineData("ZonalAllocationFailed", ScaleFailure.Allocation)]
    [InlineData("OverconstrainedAllocationRequest", ScaleFailure.Overconstrained)]
    [InlineData("SkuNotAvailable", ScaleFailure.Sku)]
    [InlineData("QuotaExceeded", ScaleFailure.Quota)]
    [InlineData("RequestDisallowedByPolicy", ScaleFailure.Denied)]
    public async Task What_azure_refuses_at_once_is_told_by_its_kind(string code, ScaleFailure failure)
    {
        await using var world = await StubWorld.Begin(k => k.SyncError = code);
        var seen = await Read(world);
        var answer = await world.Cloud.SetCapacity(world.Set, 3, 1, seen.ETag, default);
        Assert.Equal(failure, Assert.IsType<CloudAnswer<string>.Failed>(answer).Failure);
        Assert.Equal((0, 0), (world.StubSet.Capacity, world.StubSet.Created));
    }

    [Theory]
    [InlineData("AllocationFailed", ScaleFailure.Allocation)]
    [InlineData("OverconstrainedZonalAllocationRequest", ScaleFailure.Overconstrained)]
    [InlineData("SomethingElse", ScaleFailure.Other)]
    public async Task What_azure_refuses_later_is_found_at_the_operations_url(string code, ScaleFailure failure)
    {
        // kubernetes/autoscaler#8323: an asynchronous refusal was noticed after 15 minutes.
        await using var world = await StubWorld.Begin(k => (k.Left, k.AsyncError) = (2, code));
        var seen = await Read(world);
        var url = Assert.IsType<CloudAnswer<string>.Done>(await world.Cloud.SetCapacity(world.Set, 5, 1, seen.ETag, default)).Value;
        world.Advance(TimeSpan.FromMinutes(3));
        var status = Assert.IsType<CloudAnswer<OperationStatus>.Done>(await world.Cloud.Follow(url, default)).Value;
        var failed = Assert.IsType<OperationStatus.Failed>(status);
        Assert.Equal(failure, failed.Failure);
        Assert.StartsWith(code, failed.Message, StringComparison.Ordinal);
        Assert.Equal(2, (await Read(world)).Instances.Length);
    }

    [Fact]
    public async Task A_machine_is_protected_from_whoever_lowers_the_capacity_and_let_go_again_and_can_be_deleted_by_id()
    {
        await using var world = await StubWorld.Begin();
        var seen = await Read(world);
        await world.Cloud.SetCapacity(world.Set, 3, 1, seen.ETag, default);
        world.Advance(TimeSpan.FromMinutes(3));
        seen = await Read(world);
        var protection = Assert.IsAssignableFrom<IMachineProtection>(world.Cloud);
        Assert.IsType<CloudAnswer<string>.Done>(await protection.Protect(world.Set, "1", true, default));
        Assert.IsType<CloudAnswer<string>.NotFound>(await protection.Protect(world.Set, "9", true, default));
        Assert.Equal([false, true, false], (await Read(world)).Instances.Select(i => i.IsProtected));
        world.Arm.Under(() => world.StubSet.WriteFromOutside(1));
        world.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal(["1"], (await Read(world)).Instances.Select(i => i.Id));
        Assert.IsType<CloudAnswer<string>.Done>(await protection.Protect(world.Set, "1", false, default));
        Assert.False((await Read(world)).Instances.Single().IsProtected);
        Assert.IsType<CloudAnswer<string>.Done>(await protection.Protect(world.Set, "1", true, default));
        Assert.IsType<CloudAnswer<string>.Done>(await world.Cloud.Delete(world.Set, ["1"], default));
    }

    [Fact]
    public async Task Too_many_cores_is_a_matter_of_quota_although_azure_calls_it_not_allowed()
    {
        await using var world = await StubWorld.Begin();
        world.Arm.CoreLimit = 200;
        var seen = await Read(world);
        var answer = await world.Cloud.SetCapacity(world.Set, 3, 1, seen.ETag, default);
        Assert.Equal(ScaleFailure.Quota, Assert.IsType<CloudAnswer<string>.Failed>(answer).Failure);
    }

    [Fact]
    public async Task Other_tags_stay_and_a_writer_from_outside_is_not_overwritten()
    {
        await using var world = await StubWorld.Begin();
        var seen = await Read(world);
        await world.Cloud.Claim(world.Set, 1, seen.ETag, default);
        world.Arm.Under(() => world.StubSet.Patch(new() { ["tags"] = new System.Text.Json.Nodes.JsonObject { ["owner"] = "ml", [ArmScaleSetCloud.EpochTag] = "1" } }, null));
        Assert.IsType<CloudAnswer<string>.Changed>(await world.Cloud.SetCapacity(world.Set, 2, 2, seen.ETag, default));

        seen = await Read(world);
        Assert.IsType<CloudAnswer<string>.Done>(await world.Cloud.SetCapacity(world.Set, 2, 2, seen.ETag, default));
        Assert.Equal(("ml", "2"), (world.StubSet.Tags["owner"], world.StubSet.Tags[ArmScaleSetCloud.EpochTag]));
    }

    [Fact]
    public async Task An_etag_that_this_process_has_not_read_is_not_written_under()
    {
        await using var world = await StubWorld.Begin();
        Assert.IsType<CloudAnswer<string>.Changed>(await world.Cloud.Claim(world.Set, 1, "\"1\"", default));
        Assert.Equal(0, world.StubSet.Writes);
    }

    [Fact]
    public async Task A_write_whose_answer_was_lost_is_unknown_is_sent_once_and_is_found_by_reading()
    {
        await using var world = await StubWorld.Begin();
        var seen = await Read(world);
        world.Arm.Faults = new StubFaults { LostAnswer = 1 };
        Assert.IsType<CloudAnswer<string>.Unknown>(await world.Cloud.SetCapacity(world.Set, 2, 4, seen.ETag, default));
        Assert.Equal(1, world.StubSet.Writes);

        world.Arm.Faults = StubFaults.None;
        seen = await Read(world);
        Assert.Equal((2, 4L, true), (seen.Capacity, seen.Epoch, seen.IsUpdating));
    }

    [Fact]
    public async Task A_list_of_many_pages_is_read_whole()
    {
        await using var world = await StubWorld.Begin();
        world.Arm.PageSize = 7;
        var seen = await Read(world);
        await world.Cloud.SetCapacity(world.Set, 24, 1, seen.ETag, default);
        seen = await Read(world);
        Assert.Equal(24, seen.Instances.Select(i => i.Id).Distinct().Count());
        Assert.All(seen.Instances, i => Assert.Equal(InstanceState.Creating, i.State));
        Assert.Contains(seen.Instances, i => i.Node.Value == "h10000000n");
    }

    [Fact]
    public async Task A_read_of_which_a_part_is_refused_is_no_reading()
    {
        await using var world = await StubWorld.Begin();
        world.Arm.PageSize = 1;
        var seen = await Read(world);
        await world.Cloud.SetCapacity(world.Set, 40, 1, seen.ETag, default);
        var throttled = Assert.IsType<CloudAnswer<ScaleSetReading>.Throttled>(await world.Cloud.Read(world.Set, default));
        Assert.InRange(throttled.RetryAfter, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(7));
    }

    [Fact]
    public async Task A_set_that_is_not_there_is_not_found()
    {
        await using var world = await StubWorld.Begin();
        Assert.IsType<CloudAnswer<ScaleSetReading>.NotFound>(await world.Cloud.Read(world.Set + "x", default));
    }

    [Fact]
    public async Task An_operation_is_asked_for_nowhere_but_at_azure_so_that_no_token_gets_out()
    {
        await using var world = await StubWorld.Begin();
        await using var other = await StubWorld.Begin();
        Assert.IsType<CloudAnswer<OperationStatus>.NotFound>(await world.Cloud.Follow($"{other.Arm.Endpoint}subscriptions/x", default));
        Assert.Equal(0, other.Arm.Requests);
    }

    [Fact]
    public async Task What_was_written_without_an_operation_is_followed_at_the_set_itself()
    {
        await using var world = await StubWorld.Begin();
        var seen = await Read(world);
        var url = Assert.IsType<CloudAnswer<string>.Done>(await world.Cloud.SetCapacity(world.Set, 0, 1, seen.ETag, default)).Value;
        Assert.IsType<OperationStatus.Succeeded>(Assert.IsType<CloudAnswer<OperationStatus>.Done>(await world.Cloud.Follow(url, default)).Value);
    }

    [Fact]
    public async Task Usages_say_what_the_subscription_may_still_have()
    {
        await using var world = await StubWorld.Begin();
        world.Arm.CoreLimit = 960;
        var seen = await Read(world);
        await world.Cloud.SetCapacity(world.Set, 3, 1, seen.ETag, default);
        var usages = Assert.IsType<CloudAnswer<ImmutableArray<CloudUsage>>.Done>(await world.Client.Usages(world.Set, ArmStub.Location, default)).Value;
        Assert.Contains(new CloudUsage("cores", 288, 960), usages);
    }

    [Fact]
    public async Task The_sdk_itself_reads_the_stub_as_it_reads_azure()
    {
        await using var world = await StubWorld.Begin();
        var seen = await Read(world);
        await world.Cloud.SetCapacity(world.Set, 2, 1, seen.ETag, default);
        world.Advance(TimeSpan.FromMinutes(2));
        var access = new ArmAccess(world.Arm.Endpoint, new StubCredential(), world.Arm.ClientOptions(), TimeSpan.FromSeconds(30));
        var set = access.Client.GetVirtualMachineScaleSetResource(new(world.Set));
        var view = (await set.GetInstanceViewAsync()).Value;
        Assert.Equal(2, view.VirtualMachineStatusesSummary.Sum(s => s.Count));

        // Protected from scale-in, it is not among those that Azure chooses when somebody else lowers the capacity.
        var machine = (await set.GetVirtualMachineScaleSetVmAsync("1")).Value;
        machine.Data.ProtectionPolicy = new() { ProtectFromScaleIn = true };
        await machine.UpdateAsync(WaitUntil.Started, machine.Data);
        world.Arm.Under(() => world.StubSet.WriteFromOutside(1));
        Assert.Equal(["0"], world.Arm.Under(() => world.StubSet.Machines.Where(m => m.State == "Deleting").Select(m => m.Id).ToList()));
    }

    [Fact]
    public async Task Without_leave_nothing_is_asked_again_for_minutes()
    {
        await using var world = await StubWorld.Begin();
        var options = world.Arm.ClientOptions();
        var stranger = new ArmScaleSetCloud(new ArmAccess(world.Arm.Endpoint, new Stranger(), options, TimeSpan.FromSeconds(30)), TimeProvider.System);
        Assert.Equal(ScaleFailure.Denied, Assert.IsType<CloudAnswer<ScaleSetReading>.Failed>(await stranger.Read(world.Set, default)).Failure);
    }

    private static async Task<ScaleSetReading> Read(StubWorld world) =>
        Assert.IsType<CloudAnswer<ScaleSetReading>.Done>(await world.Cloud.Read(world.Set, default)).Value;

    private sealed class Stranger : Azure.Core.TokenCredential
    {
        public override Azure.Core.AccessToken GetToken(Azure.Core.TokenRequestContext requestContext, CancellationToken cancellationToken) => new("other", DateTimeOffset.MaxValue);

        public override ValueTask<Azure.Core.AccessToken> GetTokenAsync(Azure.Core.TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            ValueTask.FromResult(GetToken(requestContext, cancellationToken));
    }
}
