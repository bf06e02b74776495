namespace Grains.Configuration;

/// <summary>Names under which a silo registers its grain storage.</summary>
public static class StorageNames
{
    public const string Default = "default";
}
