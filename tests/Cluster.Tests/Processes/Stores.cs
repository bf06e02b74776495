using Silo.Tests.Support;

namespace Cluster.Tests.Processes;

/// <summary>What silos can share, each new and empty: state, membership and who leads are in it.</summary>
internal sealed class Stores(PostgresServer database, AzuriteServer azure) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cluster-store-");

    public static TheoryData<string> All => ["Postgres", "Azure"];

    /// <summary>The settings of silos and gateways on a store of this kind.</summary>
    public async Task<string[]> New(string kind)
    {
        string[] both = [$"--Silo:Clustering={kind}", $"--Silo:Storage={kind}"];
        if (kind == "Postgres")
        {
            await database.Started();
            return [.. both, $"--Silo:Postgres:ConnectionString={database.ConnectionString}", $"--Silo:Postgres:Schema={database.NewSchema()}"];
        }

        await azure.Started();
        var (file, name) = (Path.Combine(_folder.FullName, "connection"), azure.NewName());
        await File.WriteAllTextAsync(file, azure.ConnectionString);
        return [.. both, $"--Silo:Azure:ConnectionStringFile={file}", $"--Silo:Azure:Container={name}", $"--Silo:Azure:Table={name}"];
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
