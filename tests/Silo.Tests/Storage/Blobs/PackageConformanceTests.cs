using Azure.Storage.Blobs;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Configuration;
using Orleans.Storage;
using Silo.Storage.Blobs;
using Silo.Tests.Support;

namespace Silo.Tests.Storage.Blobs;

/// <summary>What we rely on of Microsoft.Orleans.Persistence.AzureStorage; it runs on the package and on its shim.</summary>
public sealed class PackageConformanceTests(AzuriteServer server) : IAsyncLifetime
{
    private BlobContainerClient _container = null!;
    private AzureBlobGrainStorage _storage = null!;

    public async ValueTask InitializeAsync()
    {
        _container = new BlobServiceClient((await server.Started()).ConnectionString).GetBlobContainerClient(server.NewName());
        await _container.CreateAsync();
        var options = new AzureBlobStorageOptions { ContainerName = _container.Name, GrainStorageSerializer = new RecordSerializer() };
        _storage = new AzureBlobGrainStorage("default", options, new OneContainer(_container), new FreshStates(), NullLogger<AzureBlobGrainStorage>.Instance);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_record_is_one_blob_named_after_state_and_grain_in_the_form_of_our_serializer()
    {
        await _storage.Write("k/1", new GrainState<TestState>(new TestState { Number = 7 }));

        var names = new List<string>();
        await foreach (var blob in _container.GetBlobsAsync())
            names.Add(blob.Name);
        Assert.Equal("state-test/k/1.json", Assert.Single(names));
        Assert.Equal(RecordCodecBytes(7), (await _container.GetBlobClient(names[0]).DownloadContentAsync()).Value.Content.ToArray());
    }

    [Fact]
    public async Task Its_etag_is_the_blobs_and_a_write_needs_the_present_one()
    {
        var state = new GrainState<TestState>(new TestState());
        await _storage.Write("a", state);
        var first = state.ETag!;
        await _storage.Write("a", state);

        Assert.StartsWith("0x", first.Trim('"'), StringComparison.Ordinal);
        var conflict = await Assert.ThrowsAsync<InconsistentStateException>(() => _storage.Write("a", new GrainState<TestState>(new TestState(), first)));
        Assert.Equal(first, conflict.CurrentEtag);
        await Assert.ThrowsAsync<InconsistentStateException>(() => _storage.Write("a", new GrainState<TestState>(new TestState())));
        await Assert.ThrowsAsync<InconsistentStateException>(() => _storage.ClearStateAsync("state", StorageCalls.Grain("a"), new GrainState<TestState>(new TestState(), first)));
    }

    [Fact]
    public async Task What_was_never_written_or_was_cleared_reads_as_a_fresh_state()
    {
        Assert.False((await _storage.Read<TestState>("a")).RecordExists);
        var state = new GrainState<TestState>(new TestState { Number = 1 });
        await _storage.Write("a", state);
        await _storage.ClearStateAsync("state", StorageCalls.Grain("a"), state);
        var read = await _storage.Read<TestState>("a");

        Assert.Equal((false, null, new TestState()), (read.RecordExists, read.ETag, read.State));
    }

    private static byte[] RecordCodecBytes(int number) => Grains.Storage.RecordCodec.Encode(new TestState { Number = number });
}
