using Gateway.Azure;
using Scheduling.Scaling;

namespace Azure.Tests.Contract;

/// <summary>What everybody relies on who talks to a cloud's scale sets: the simulation's model must behave as the SDK over HTTPS does.</summary>
public abstract class ScaleSetCloudContract
{
    private static readonly TimeSpan s_long = TimeSpan.FromMinutes(4);

    private protected abstract Task<ICloudWorld> Begin();

    [Fact]
    public async Task Capacity_is_asked_for_followed_and_found()
    {
        await using var world = await Begin();
        var before = await Read(world);
        Assert.Equal((0, 0L, false, 0), (before.Capacity, before.Epoch, before.IsUpdating, before.Instances.Length));

        var url = await Done(world, c => c.SetCapacity(world.Set, 3, 7, before.ETag, default));
        Assert.IsType<OperationStatus.Running>(await Done(world, c => c.Follow(url, default)));
        var during = await Read(world);
        Assert.Equal((3, 7L, true), (during.Capacity, during.Epoch, during.IsUpdating));

        world.Advance(s_long);
        Assert.IsType<OperationStatus.Succeeded>(await Done(world, c => c.Follow(url, default)));
        var after = await Read(world);
        Assert.Equal((3, 7L, false), (after.Capacity, after.Epoch, after.IsUpdating));
        Assert.Equal([InstanceState.Running, InstanceState.Running, InstanceState.Running], after.Instances.Select(i => i.State));
        Assert.Equal(3, after.Instances.Select(i => (i.Id, i.Node)).Distinct().Count());
    }

    [Fact]
    public async Task A_write_that_does_not_match_what_is_there_changes_nothing()
    {
        await using var world = await Begin();
        var before = await Read(world);
        await Done(world, c => c.Claim(world.Set, 5, before.ETag, default));
        Assert.IsType<CloudAnswer<string>.Changed>(await world.Do(c => c.SetCapacity(world.Set, 3, 4, before.ETag, default)));
        Assert.IsType<CloudAnswer<string>.Changed>(await world.Do(c => c.Claim(world.Set, 4, before.ETag, default)));
        var after = await Read(world);
        Assert.Equal((0, 5L, 0), (after.Capacity, after.Epoch, after.Instances.Length));
    }

    [Fact]
    public async Task A_claim_writes_the_epoch_and_nothing_else_and_what_was_read_before_it_matches_no_longer()
    {
        await using var world = await Begin();
        await Grow(world, 2);
        var before = await Read(world);
        var etag = await Done(world, c => c.Claim(world.Set, 9, before.ETag, default));
        var after = await Read(world);
        Assert.Equal((2, 9L, etag), (after.Capacity, after.Epoch, after.ETag));
        Assert.NotEqual(before.ETag, etag);
        Assert.Equal(before.Instances.Select(i => i.Id), after.Instances.Select(i => i.Id));
    }

    [Fact]
    public async Task Machines_are_deleted_by_their_ids_and_their_ids_are_never_given_again()
    {
        await using var world = await Begin();
        await Grow(world, 3);
        var first = await Read(world);
        var going = first.Instances[1].Id;
        await Done(world, c => c.Delete(world.Set, [going], default));
        Assert.Equal(InstanceState.Deleting, (await Read(world)).Instances.Single(i => i.Id == going).State);
        world.Advance(s_long);
        var fewer = await Read(world);
        Assert.Equal(2, fewer.Capacity);
        Assert.Equal([first.Instances[0].Id, first.Instances[2].Id], fewer.Instances.Select(i => i.Id));

        await Grow(world, 3);
        Assert.DoesNotContain(going, (await Read(world)).Instances.Select(i => i.Id));
    }

    [Fact]
    public async Task A_machine_that_is_gone_is_not_deleted_again()
    {
        await using var world = await Begin();
        await Grow(world, 2);
        var first = await Read(world);
        await Done(world, c => c.Delete(world.Set, [first.Instances[0].Id], default));
        world.Advance(s_long);
        var again = await world.Do(c => c.Delete(world.Set, [first.Instances[0].Id], default));
        Assert.True(again is CloudAnswer<string>.Done or CloudAnswer<string>.Changed, again.ToString());
        world.Advance(s_long);
        var after = await Read(world);
        Assert.Equal((1, first.Instances[1].Id), (after.Capacity, after.Instances.Single().Id));
    }

    [Fact]
    public async Task One_change_of_capacity_is_under_way_at_a_time()
    {
        await using var world = await Begin();
        var before = await Read(world);
        await Done(world, c => c.SetCapacity(world.Set, 2, 1, before.ETag, default));
        var during = await Read(world);
        Assert.IsType<CloudAnswer<string>.Changed>(await world.Do(c => c.SetCapacity(world.Set, 4, 1, during.ETag, default)));
        Assert.Equal(2, (await Read(world)).Capacity);
    }

    [Fact]
    public async Task Too_many_writes_are_refused_with_a_time_to_wait_and_nothing_is_done()
    {
        await using var world = await Begin();
        CloudAnswer<string>? answer = null;
        var claims = 0;
        for (; claims < 20; claims++)
        {
            var seen = await Read(world);
            answer = await world.Do(c => c.Claim(world.Set, claims + 1, seen.ETag, default));
            if (answer is not CloudAnswer<string>.Done)
            {
                break;
            }
        }

        var throttled = Assert.IsType<CloudAnswer<string>.Throttled>(answer);
        Assert.Equal(12, claims);
        Assert.InRange(throttled.RetryAfter, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(16));
        Assert.Equal(12, (await Read(world)).Epoch);

        world.Advance(throttled.RetryAfter);
        var next = await Read(world);
        await Done(world, c => c.Claim(world.Set, 13, next.ETag, default));
    }

    [Fact]
    public async Task An_operation_that_nobody_knows_is_not_found()
    {
        await using var world = await Begin();
        Assert.IsType<CloudAnswer<OperationStatus>.NotFound>(await world.Do(c => c.Follow("https://nowhere.invalid/operations/1", default)));
    }

    private protected static async Task Grow(ICloudWorld world, int capacity)
    {
        var before = await Read(world);
        await Done(world, c => c.SetCapacity(world.Set, capacity, Math.Max(1, before.Epoch), before.ETag, default));
        world.Advance(s_long);
    }

    private protected static Task<ScaleSetReading> Read(ICloudWorld world) => Done(world, c => c.Read(world.Set, default));

    private protected static async Task<T> Done<T>(ICloudWorld world, Func<IScaleSetCloud, Task<CloudAnswer<T>>> call) =>
        Assert.IsType<CloudAnswer<T>.Done>(await world.Do(call)).Value;
}
