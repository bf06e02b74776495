using Silo.Tests.Support;

namespace Silo.Tests.Storage.Memory;

public sealed class InMemoryJournalWriterTests() : JournalWriterContractTests(new InMemoryUnderTest());
