using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Serialization.Serializers;

namespace Orleans.Storage;

/// <summary>One blob for each grain and state, named "state-type/key.json"; writes are conditional on the ETag that was read.</summary>
public class AzureBlobGrainStorage(
    string name,
    AzureBlobStorageOptions options,
    IBlobContainerFactory blobContainerFactory,
    IActivatorProvider activatorProvider,
    ILogger<AzureBlobGrainStorage> logger) : IGrainStorage
{
    public async Task ReadStateAsync<T>(string grainType, GrainId grainId, IGrainState<T> grainState)
    {
        try
        {
            var content = (await Blob(grainType, grainId).DownloadContentAsync()).Value;
            var isEmpty = content.Details.ContentLength <= 0;
            grainState.ETag = content.Details.ETag.ToString();
            grainState.State = (isEmpty ? default : options.GrainStorageSerializer.Deserialize<T>(content.Content)) ?? NewState<T>();
            grainState.RecordExists = !isEmpty;
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            grainState.ETag = null;
            grainState.State = NewState<T>();
            grainState.RecordExists = false;
        }
    }

    public async Task WriteStateAsync<T>(string grainType, GrainId grainId, IGrainState<T> grainState)
    {
        var blob = Blob(grainType, grainId);
        var upload = new BlobUploadOptions
        {
            HttpHeaders = new BlobHttpHeaders { ContentType = "application/octet-stream" },
            Conditions = Conditions(grainState.ETag),
        };
        var contents = options.GrainStorageSerializer.Serialize(grainState.State);
        var written = await Optimistic(blob, grainState.ETag, () => blob.UploadAsync(contents, upload));
        grainState.ETag = written.Value.ETag.ToString();
        grainState.RecordExists = true;
    }

    public async Task ClearStateAsync<T>(string grainType, GrainId grainId, IGrainState<T> grainState)
    {
        var blob = Blob(grainType, grainId);
        if (options.DeleteStateOnClear)
        {
            await Optimistic(blob, grainState.ETag, () => blob.DeleteIfExistsAsync(DeleteSnapshotsOption.None, Conditions(grainState.ETag)));
            grainState.ETag = null;
        }
        else
        {
            var cleared = await Optimistic(blob, grainState.ETag, () => blob.UploadAsync(BinaryData.Empty, new BlobUploadOptions { Conditions = Conditions(grainState.ETag) }));
            grainState.ETag = cleared.Value.ETag.ToString();
        }

        grainState.RecordExists = false;
        grainState.State = NewState<T>();
    }

    private static BlobRequestConditions Conditions(string? etag) =>
        string.IsNullOrEmpty(etag) ? new BlobRequestConditions { IfNoneMatch = ETag.All } : new BlobRequestConditions { IfMatch = new ETag(etag) };

    private async Task<TResult> Optimistic<TResult>(BlobClient blob, string? etag, Func<Task<TResult>> update)
    {
        try
        {
            return await update();
        }
        catch (RequestFailedException e) when (e.Status is 412 or 409 || (e.Status == 404 && e.ErrorCode != "ContainerNotFound"))
        {
            logger.LogTrace("{Name}: {Blob} was changed by another writer.", name, blob.Name);
            throw new InconsistentStateException(
                $"Blob storage condition not Satisfied.  BlobName: {blob.Name}, Container: {blob.BlobContainerName}, CurrentETag: {etag}", "Unknown", etag, e);
        }
    }

    private BlobClient Blob(string grainType, GrainId grainId) =>
        blobContainerFactory.GetBlobContainerClient(grainId).GetBlobClient($"{grainType}-{grainId}.json");

    private T NewState<T>() => activatorProvider.GetActivator<T>().Create();
}
