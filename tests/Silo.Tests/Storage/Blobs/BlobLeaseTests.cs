using System.Text.RegularExpressions;
using Grains.Storage;
using Silo.Clustering;
using Silo.Storage.Blobs;
using Silo.Tests.Support;

namespace Silo.Tests.Storage.Blobs;

/// <summary>Who leads what, where the store is Azure's.</summary>
public sealed class BlobLeaseTests(AzuriteServer server)
{
    [Fact]
    public async Task A_lease_is_written_only_over_the_version_that_was_read()
    {
        await using var storage = await new BlobUnderTest(server).Open();
        var leases = new BlobLeases(storage.Options);
        Assert.Null(await leases.Read("backends", default));
        var first = await leases.Write(Row("a", 1), null, default);

        Assert.NotNull(first);
        var born = (await leases.Read("backends", default))!.BornAt;
        Assert.Equal(Row("a", 1) with { Version = first, BornAt = born }, await leases.Read("backends", default));
        Assert.Null(await leases.Write(Row("b", 2), null, default));
        var second = await leases.Write(Row("b", 2), first, default);
        Assert.NotNull(second);
        Assert.Null(await leases.Write(Row("a", 3), first, default));
        Assert.Equal(Row("b", 2) with { Version = second, BornAt = born }, await leases.Read("backends", default));
    }

    [Fact]
    public async Task Of_many_that_want_it_one_has_it()
    {
        await using var storage = await new BlobUnderTest(server).Open();
        string? version = null;
        for (var round = 0; round < 5; round++)
        {
            var seen = version;
            var taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => new BlobLeases(storage.Options).Write(Row($"{n}", 1), seen, default)));
            version = Assert.Single(taken, v => v is not null);
        }
    }

    [Fact]
    public async Task Storage_that_cannot_be_reached_is_said_and_not_taken_for_a_free_lease()
    {
        await using var storage = await new BlobUnderTest(server).Open();
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var connection = await File.ReadAllTextAsync(storage.Options.ConnectionStringFile!);
        await File.WriteAllTextAsync(file, Regex.Replace(connection, "TableEndpoint=http://127.0.0.1:[0-9]+", "TableEndpoint=http://127.0.0.1:1"));
        var leases = new BlobLeases(new AzureStoreOptions { ConnectionStringFile = file });

        await Assert.ThrowsAsync<StorageException>(() => leases.Read("backends", default));
        await Assert.ThrowsAsync<StorageException>(() => leases.Write(Row("a", 1), null, default));
        File.Delete(file);
    }

    [Fact]
    public async Task A_write_whose_answer_is_lost_is_said_to_be_unknown_and_is_found_when_it_is_read()
    {
        var transport = new FaultyTransport();
        await using var storage = await new BlobUnderTest(server, transport).Open();
        var leases = new BlobLeases(storage.Options, transport);
        var version = await leases.Write(Row("a", 1), null, default);
        transport.Plan(1, RequestFault.AnswerLost);

        var lost = await Assert.ThrowsAsync<StorageException>(() => leases.Write(Row("b", 2), version, default));
        Assert.True(lost.OutcomeUnknown);
        Assert.True(transport.HasStruck);
        Assert.Equal("b", (await leases.Read("backends", default))!.Holder);
        Assert.Null(await leases.Write(Row("c", 3), version, default));
    }

    private static LeaseRow Row(string holder, long epoch) => new("backends", holder, epoch, TimeSpan.FromSeconds(8), TestJob.Epoch);
}
