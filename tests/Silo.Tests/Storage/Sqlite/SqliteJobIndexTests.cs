using Silo.Tests.Support;

namespace Silo.Tests.Storage.Sqlite;

public sealed class SqliteJobIndexTests() : JobIndexContractTests(new SqliteUnderTest());
