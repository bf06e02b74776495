using Gateway.Leadership;

namespace KubeTests.Contract;

/// <summary>What leadership rests on: one record per name, and a write that names another version than there is changes nothing.</summary>
public abstract class LeaseStoreContract
{
    private static readonly DateTimeOffset Now = new(2026, 5, 4, 3, 2, 1, TimeSpan.Zero);

    private protected abstract Task<(ILeaseStore Store, Func<Task<LeaseAnswer>, Task<LeaseAnswer>> Arrive)> Begin();

    private protected abstract Task Delete(string name);

    [Fact]
    public async Task A_record_is_made_once_and_read_as_it_was_written()
    {
        var (store, arrive) = await Begin();
        Assert.IsType<LeaseAnswer.Missing>(await arrive(store.Read("one", default)));

        var made = Assert.IsType<LeaseAnswer.Is>(await arrive(store.Write("one", Record("a", 1_790_000_000), null, default)));
        Assert.IsType<LeaseAnswer.Changed>(await arrive(store.Write("one", Record("b", 1_790_000_001), null, default)));

        var read = Assert.IsType<LeaseAnswer.Is>(await arrive(store.Read("one", default)));
        Assert.Equal(Record("a", 1_790_000_000), read.Record with { RenewedAt = Now, CreatedAt = null });
        Assert.Equal(store.HasClock, read.Record.CreatedAt is not null);

        // For people, who do not mind a microsecond.
        Assert.InRange(read.Record.RenewedAt - Now, TimeSpan.Zero, TimeSpan.FromMicroseconds(1));
        Assert.Equal(made.Version, read.Version);
    }

    [Fact]
    public async Task A_write_after_another_one_is_refused()
    {
        var (store, arrive) = await Begin();
        var made = Assert.IsType<LeaseAnswer.Is>(await arrive(store.Write("one", Record("a", 5), null, default)));

        var taken = Assert.IsType<LeaseAnswer.Is>(await arrive(store.Write("one", Record("b", 6), made.Version, default)));
        Assert.NotEqual(made.Version, taken.Version);
        Assert.IsType<LeaseAnswer.Changed>(await arrive(store.Write("one", Record("a", 5), made.Version, default)));

        var read = Assert.IsType<LeaseAnswer.Is>(await arrive(store.Read("one", default)));
        Assert.Equal(("b", 6L, TimeSpan.FromSeconds(8)), (read.Record.Holder, read.Record.Epoch, read.Record.Duration));
    }

    [Fact]
    public async Task A_record_that_was_given_up_has_no_holder_and_keeps_its_epoch()
    {
        var (store, arrive) = await Begin();
        var made = Assert.IsType<LeaseAnswer.Is>(await arrive(store.Write("one", Record("a", 5), null, default)));

        await arrive(store.Write("one", Record("", 5), made.Version, default));

        var read = Assert.IsType<LeaseAnswer.Is>(await arrive(store.Read("one", default)));
        Assert.Equal(("", 5L), (read.Record.Holder, read.Record.Epoch));
    }

    [Fact]
    public async Task A_write_to_a_record_that_somebody_deleted_does_not_make_it_again()
    {
        var (store, arrive) = await Begin();
        var made = Assert.IsType<LeaseAnswer.Is>(await arrive(store.Write("one", Record("a", 5), null, default)));

        await Delete("one");

        Assert.IsType<LeaseAnswer.Changed>(await arrive(store.Write("one", Record("a", 5), made.Version, default)));
        Assert.IsType<LeaseAnswer.Missing>(await arrive(store.Read("one", default)));
    }

    [Fact]
    public async Task A_record_that_was_deleted_and_made_again_is_another_one()
    {
        var (store, arrive) = await Begin();
        var made = Assert.IsType<LeaseAnswer.Is>(await arrive(store.Write("one", Record("a", 5), null, default)));
        var before = Assert.IsType<LeaseAnswer.Is>(await arrive(store.Read("one", default))).Record.CreatedAt;
        await Delete("one");

        var again = Assert.IsType<LeaseAnswer.Is>(await arrive(store.Write("one", Record("b", 6), null, default)));
        Assert.NotEqual(made.Version, again.Version);
        Assert.IsType<LeaseAnswer.Changed>(await arrive(store.Write("one", Record("a", 5), made.Version, default)));

        var renewed = Assert.IsType<LeaseAnswer.Is>(await arrive(store.Write("one", Record("b", 6), again.Version, default)));
        var read = Assert.IsType<LeaseAnswer.Is>(await arrive(store.Read("one", default)));
        Assert.Equal(("b", renewed.Version), (read.Record.Holder, read.Version));
        if (store.HasClock)
        {
            Assert.True(read.Record.CreatedAt >= before);
        }
    }

    private static LeaseRecord Record(string holder, long epoch) => new() { Holder = holder, Epoch = epoch, Duration = TimeSpan.FromSeconds(8), RenewedAt = Now };
}
