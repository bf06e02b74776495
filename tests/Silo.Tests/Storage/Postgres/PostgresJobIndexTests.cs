using Silo.Tests.Support;

namespace Silo.Tests.Storage.Postgres;

public sealed class PostgresJobIndexTests : JobIndexContractTests, IAsyncLifetime
{
    private readonly PostgresUnderTest _storage;

    public PostgresJobIndexTests(PostgresServer server) : this(new PostgresUnderTest(server))
    {
    }

    private PostgresJobIndexTests(PostgresUnderTest storage) : base(storage) => _storage = storage;

    public async ValueTask InitializeAsync() => await _storage.Open();
}
