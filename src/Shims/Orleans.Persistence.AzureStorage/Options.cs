using Azure.Storage.Blobs;
using Orleans.Storage;

namespace Orleans.Configuration;

public class AzureBlobStorageOptions
{
    public string ContainerName { get; set; } = "grainstate";

    public IGrainStorageSerializer GrainStorageSerializer { get; set; } = null!;

    public BlobServiceClient? BlobServiceClient { get; set; }

    public bool DeleteStateOnClear { get; set; } = true;
}
