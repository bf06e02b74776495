using Azure.Storage.Blobs;
using Grains.Storage;
using Orleans.Serialization.Activators;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace Silo.Storage.Blobs;

/// <summary>A record's stored bytes as they are: for copies from store to store.</summary>
internal sealed record RawRecord(byte[] Body);

/// <summary>Records in the form that every store of ours has, in the package's blobs.</summary>
internal sealed class RecordSerializer : IGrainStorageSerializer
{
    public BinaryData Serialize<T>(T? input) => BinaryData.FromBytes(input is RawRecord raw ? raw.Body : RecordCodec.Encode(input));

    public T? Deserialize<T>(BinaryData input) => typeof(T) == typeof(RawRecord) ? (T)(object)new RawRecord(input.ToArray()) : RecordCodec.Decode<T>(input.ToMemory().Span);
}

/// <summary>All records are in the one container, which is there already.</summary>
internal sealed class OneContainer(BlobContainerClient container) : IBlobContainerFactory
{
    public BlobContainerClient GetBlobContainerClient(GrainId grainId) => container;

    public Task InitializeAsync(BlobServiceClient client) => Task.CompletedTask;
}

/// <summary>What a grain finds where nothing is stored, as with every other store.</summary>
internal sealed class FreshStates : IActivatorProvider
{
    public IActivator<T> GetActivator<T>() => new Fresh<T>();

    private sealed class Fresh<T> : IActivator<T>
    {
        public T Create() => StateFactory<T>.Create();
    }
}
