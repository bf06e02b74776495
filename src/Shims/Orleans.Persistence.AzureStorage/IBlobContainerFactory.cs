using Azure.Storage.Blobs;

namespace Orleans.Storage;

public interface IBlobContainerFactory
{
    BlobContainerClient GetBlobContainerClient(GrainId grainId);

    Task InitializeAsync(BlobServiceClient client);
}
