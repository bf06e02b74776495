using Grains.Tests.Conformance.Subjects;
using Orleans.Storage;

namespace Grains.Tests.Conformance;

/// <summary>State, its versions and its conflicts.</summary>
[Collection(ConformanceSuite.Name)]
public sealed class StateTests(ConformanceFixture fixture)
{
    [Fact]
    public async Task Written_state_is_there_after_deactivation()
    {
        var account = fixture.Grains.GetGrain<IAccount>("state-1");
        await account.Add(5);
        var life = await account.Life();

        await account.End();

        Assert.Equal(5, await account.Amount());
        Assert.NotEqual(life, await account.Life());
    }

    [Fact]
    public async Task State_never_written_is_new_and_does_not_exist()
    {
        var account = fixture.Grains.GetGrain<IAccount>("state-2");

        Assert.Equal(0, await account.Amount());
        Assert.Equal((false, null), await account.Record());
    }

    [Fact]
    public async Task Writing_makes_a_record_with_a_version()
    {
        var account = fixture.Grains.GetGrain<IAccount>("state-3");

        await account.Add(1);
        await account.Add(1);

        Assert.Equal((true, "2"), await account.Record());
    }

    [Fact]
    public async Task A_conflict_reaches_the_caller_and_the_next_call_finds_a_new_life_with_what_is_stored()
    {
        var account = fixture.Grains.GetGrain<IAccount>("state-4");
        await account.Add(1);
        var life = await account.Life();
        ScriptedStorage.Ledger.Meddle("state-4", """{"Amount":1000}""");

        var error = await Assert.ThrowsAsync<InconsistentStateException>(() => account.Add(1));

        Assert.Equal(("2", "1"), (error.StoredEtag, error.CurrentEtag));
        Assert.Equal(1001, await account.Add(1));
        Assert.NotEqual(life, await account.Life());
    }

    [Fact]
    public async Task A_conflict_caught_in_the_grain_leaves_it_alive_with_stale_state()
    {
        var account = fixture.Grains.GetGrain<IAccount>("state-5");
        await account.Add(1);
        var life = await account.Life();
        ScriptedStorage.Ledger.Meddle("state-5", """{"Amount":1000}""");

        Assert.Equal(2, await account.AddCaught(1));

        Assert.Equal(2, await account.Amount());
        Assert.Equal(life, await account.Life());
    }

    [Fact]
    public async Task Reading_again_after_a_conflict_lets_the_same_life_go_on()
    {
        var account = fixture.Grains.GetGrain<IAccount>("state-6");
        await account.Add(1);
        var life = await account.Life();
        ScriptedStorage.Ledger.Meddle("state-6", """{"Amount":1000}""");

        Assert.Equal(1001, await account.AddAndReread(1));

        Assert.Equal(life, await account.Life());
    }

    [Fact]
    public async Task Two_states_of_one_grain_go_to_the_stores_they_name()
    {
        var account = fixture.Grains.GetGrain<IAccount>("state-7");

        await account.Write("a note");

        Assert.True(ScriptedStorage.Notes.Has("state-7"));
        Assert.False(ScriptedStorage.Ledger.Has("state-7"));
        await account.End();
        Assert.Equal("a note", await account.Note());
    }

    [Fact]
    public async Task Clearing_removes_the_record()
    {
        var account = fixture.Grains.GetGrain<IAccount>("state-8");
        await account.Add(1);

        await account.Clear();

        Assert.Equal((false, null), await account.Record());
        Assert.Equal(0, await account.Amount());
        Assert.Equal(3, await account.Add(3));
    }

    [Fact]
    public async Task A_store_s_own_error_arrives_wrapped_and_the_grain_lives_on()
    {
        var account = fixture.Grains.GetGrain<IAccount>("state-9");
        await account.Add(1);
        var life = await account.Life();
        ScriptedStorage.Ledger.FailNext("state-9", new IOException("disk gone"));

        var error = await Assert.ThrowsAsync<OrleansException>(() => account.Add(1));

        Assert.IsType<IOException>(error.InnerException);
        Assert.Equal(life, await account.Life());
        // What it did not undo is still in memory: the next write takes it along.
        Assert.Equal(3, await account.Add(1));
    }

    [Fact]
    public async Task A_store_that_cannot_be_read_fails_the_activation_and_the_next_call_tries_again()
    {
        var account = fixture.Grains.GetGrain<IAccount>("state-10");
        ScriptedStorage.Ledger.FailNext("state-10", new IOException("disk gone"));

        await Assert.ThrowsAsync<OrleansException>(() => account.Amount());

        Assert.Equal(0, await account.Amount());
    }

    [Fact]
    public async Task The_default_store_keeps_state_of_grains_that_name_none()
    {
        var grain = fixture.Grains.GetGrain<IDefaultStored>(Guid.NewGuid());
        await grain.Set(7);

        await grain.End();

        Assert.Equal(7, await grain.Get());
    }

    [Fact]
    public async Task A_store_that_nobody_registered_fails_the_first_call()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => fixture.Grains.GetGrain<IStrayStored>("state-12").Touch());
    }
}
